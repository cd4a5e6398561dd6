/**
 * MNIST's own normalisation: a digit scaled into a box of 20 by 20 pixels with its proportions kept, then moved
 * by whole pixels so that its centre of mass lies at the middle of a 28 by 28 picture
 * (LeCun, Cortes, Burges: The MNIST database of handwritten digits). The generator ends with it, and pictures
 * drawn by a user or read from a file go through `centerDigit` before they are classified.
 */
import { ShapeError, ValueError } from '@nabla/core'
import { resample } from './resample.js'

/** Pixels along one side of a finished picture. */
export const pictureSide = 28
/** Pixels along one side of the box that the digit's ink fills. */
export const boxSide = 20

/**
 * Writes a box of ink (values 0 to 1, `boxSide` squared) into `target` at `offset` as bytes, its centre of
 * mass as near the middle as whole pixels allow: within half a pixel of row and column 14, counted from 0, as
 * in MNIST. What a lopsided digit loses over the picture's edge is cut off.
 */
export function placeByMass(box: Float64Array, target: Uint8Array, offset: number): void {
  let mass = 0
  let sumX = 0
  let sumY = 0
  for (let row = 0, pixel = 0; row < boxSide; row++) {
    for (let column = 0; column < boxSide; column++, pixel++) {
      const ink = box[pixel]!
      mass += ink
      sumX += ink * column
      sumY += ink * row
    }
  }
  if (mass === 0) return
  const middle = pictureSide / 2
  const shiftX = Math.round(middle - sumX / mass)
  const shiftY = Math.round(middle - sumY / mass)
  for (let row = 0; row < boxSide; row++) {
    const toRow = row + shiftY
    if (toRow < 0 || toRow >= pictureSide) continue
    for (let column = 0; column < boxSide; column++) {
      const toColumn = column + shiftX
      if (toColumn < 0 || toColumn >= pictureSide) continue
      target[offset + toRow * pictureSide + toColumn] = Math.round(box[row * boxSide + column]! * 255)
    }
  }
}

/** Ink fainter than this share of the strongest doesn't count when the digit's bounds are sought. */
const faintest = 0.1

/** The digit cut out of its picture: ink as 0 to 1, or undefined where the picture is of one even grey. */
function cropInk(pixels: ArrayLike<number>, width: number, height: number) {
  let paper = Infinity
  let ink = -Infinity
  for (let index = 0; index < pixels.length; index++) {
    paper = Math.min(paper, pixels[index]!)
    ink = Math.max(ink, pixels[index]!)
  }
  if (!(ink > paper)) return undefined
  const threshold = paper + (ink - paper) * faintest
  let left = width
  let right = -1
  let top = height
  let bottom = -1
  for (let index = 0; index < pixels.length; index++) {
    if (pixels[index]! < threshold) continue
    const row = Math.floor(index / width)
    const column = index % width
    left = Math.min(left, column)
    right = Math.max(right, column)
    top = Math.min(top, row)
    bottom = Math.max(bottom, row)
  }
  const columns = right - left + 1
  const rows = bottom - top + 1
  const cropped = new Float64Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      cropped[row * columns + column] = (pixels[(top + row) * width + left + column]! - paper) / (ink - paper)
    }
  }
  return { cropped, columns, rows }
}

/** Scales a cut-out digit so that its longer side fills the box; the strongest ink becomes 1 again. */
function fillBox(cropped: Float64Array, columns: number, rows: number): Float64Array {
  const scale = boxSide / Math.max(columns, rows)
  const width = Math.max(1, Math.round(columns * scale))
  const height = Math.max(1, Math.round(rows * scale))
  const scaled = resample(cropped, columns, rows, width, height)
  // A fine pen in a large picture would come out pale.
  let strongest = 0
  for (const value of scaled) strongest = Math.max(strongest, value)
  const box = new Float64Array(boxSide * boxSide)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      box[row * boxSide + column] = scaled[row * width + column]! / strongest
    }
  }
  return box
}

/**
 * Brings any picture of one digit into MNIST's form: 28 × 28 bytes, 0 paper to 255 ink, the digit in a 20 × 20
 * box with its proportions kept, centred by its mass.
 *
 * The lightest value counts as paper and the strongest as full ink, so the scale of the values doesn't matter,
 * but ink must be the larger number: turn dark-on-light pictures over first. A picture of one even grey gives an
 * empty one. A picture that is already in MNIST's form changes very little.
 *
 * @param pixels `height` rows of `width` finite numbers
 * @returns 784 bytes, row by row
 * @throws ShapeError if `pixels` doesn't hold `width` × `height` numbers; ValueError if one is not finite
 * @example
 * const canvas = new Uint8Array(280 * 280) // drawn on with 255
 * const picture = centerDigit(canvas, 280, 280)
 */
export function centerDigit(pixels: ArrayLike<number>, width: number, height: number): Uint8Array {
  if (
    !Number.isInteger(width) ||
    !Number.isInteger(height) ||
    width < 1 ||
    pixels.length !== width * height
  ) {
    throw new ShapeError('centerDigit', {
      expected: 'width × height grey values, one per pixel',
      received: `${pixels.length} values for ${width} × ${height}`,
      fix: 'pass one channel, row by row, and its width before its height',
    })
  }
  for (let index = 0; index < pixels.length; index++) {
    if (Number.isFinite(pixels[index])) continue
    throw new ValueError('centerDigit', {
      expected: 'finite grey values',
      received: `${pixels[index]} at row ${Math.floor(index / width)}, column ${index % width}`,
      fix: 'replace such values by that of the paper',
    })
  }
  const picture = new Uint8Array(pictureSide * pictureSide)
  const digit = cropInk(pixels, width, height)
  if (digit === undefined) return picture
  placeByMass(fillBox(digit.cropped, digit.columns, digit.rows), picture, 0)
  return picture
}
