/**
 * Resizes a grey picture with a triangle filter as wide as a target pixel (but never narrower than a source
 * pixel): averages when shrinking, interpolates when growing, and leaves a picture of the same size as it is.
 */

/** For one target pixel: the first source pixel it draws on, and the weights from there, which sum to 1. */
interface Tap {
  readonly first: number
  readonly weights: Float64Array
}

/** The taps along one side. */
function triangleTaps(from: number, to: number): readonly Tap[] {
  const ratio = from / to
  const reach = Math.max(ratio, 1)
  return Array.from({ length: to }, (_, target) => {
    const center = (target + 0.5) * ratio
    const first = Math.max(0, Math.floor(center - reach))
    const end = Math.min(from, Math.ceil(center + reach))
    const weights = new Float64Array(end - first)
    let total = 0
    for (let index = 0; index < weights.length; index++) {
      weights[index] = Math.max(0, 1 - Math.abs(first + index + 0.5 - center) / reach)
      total += weights[index]!
    }
    for (let index = 0; index < weights.length; index++) weights[index] = weights[index]! / total
    return { first, weights }
  })
}

/** Resamples every row of `pixels` to `to` columns and turns the result on its side, so that twice does both. */
function resampleRows(pixels: Float64Array, width: number, height: number, to: number): Float64Array {
  const result = new Float64Array(to * height)
  triangleTaps(width, to).forEach(({ first, weights }, column) => {
    for (let row = 0; row < height; row++) {
      let sum = 0
      for (let index = 0; index < weights.length; index++) {
        sum += weights[index]! * pixels[row * width + first + index]!
      }
      result[column * height + row] = sum
    }
  })
  return result
}

/** A picture of `width` by `height`, row by row, as one of `toWidth` by `toHeight`. */
export function resample(
  pixels: Float64Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float64Array {
  const turned = resampleRows(pixels, width, height, toWidth)
  return resampleRows(turned, height, toWidth, toHeight)
}
