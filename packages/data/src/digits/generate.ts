/**
 * The built-in digits: labelled 28 by 28 grey pictures of handwritten digits, made from pen paths on the spot.
 *
 * They stand in for MNIST where there is neither network nor file. The steps: choose a style and pose its strokes
 * (`style-choice.ts`), trace the curve (`stroke.ts`), bend and ink it (`distort.ts`), draw it (`render.ts`), and
 * centre it the way MNIST does (`normalize.ts`).
 */
import { ValueError } from '@nabla/core'
import { inkLine, warpLine } from './distort.js'
import { boxSide, pictureSide, placeByMass } from './normalize.js'
import { SampleRandom } from './random.js'
import { drawLine, fitLine } from './render.js'
import { Polyline, traceStroke } from './stroke.js'
import { chooseStyle, type ParsedStyle, parseStyles, poseStrokes } from './style-choice.js'

/** What to generate. */
export interface GenerateDigitsOptions {
  /** How many digits. */
  readonly count: number
  /** Which set: any safe integer; default 0. */
  readonly seed?: number
  /** The number of the first sample within the set; default 0. */
  readonly offset?: number
}

/** `images` holds `count` pictures of 28 × 28 bytes, row by row, 0 paper to 255 ink; `labels` their digits. */
export interface GeneratedDigits {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

/** The curve's points lie about this far apart, in units of the skeletons' box of 100: 1.6 pixels. */
const traceStep = 8
/** Far more points than any digit needs. */
const lineCapacity = 512

function checkInteger(name: string, value: number, smallest: number): void {
  if (Number.isSafeInteger(value) && value >= smallest) return
  throw new ValueError('generateDigits', {
    expected: `${name} to be ${smallest === 0 ? 'an integer of at least 0' : 'a safe integer'}`,
    received: `${name} ${value}`,
    fix: 'pass e.g. generateDigits({ count: 1000, seed: 1, offset: 0 })',
  })
}

let parsedStyles: readonly (readonly ParsedStyle[])[] | undefined

/**
 * Generates handwritten-looking digits, every label equally likely.
 *
 * Sample `i` of a seed depends on these two numbers alone: a set can be made in parts and in any order, and it is
 * the same on every platform, since only integer arithmetic and correctly rounded operations (no sine, no
 * logarithm) lead to it. Statistics follow MNIST: digits fill a 20 × 20 box, centred by mass in 28 × 28. The
 * elastic distortion is after Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
 * applied to visual document analysis" (2003).
 *
 * @throws ValueError if `count` or `offset` is not an integer of at least 0, or `seed` not a safe integer
 * @example
 * const { images, labels } = generateDigits({ count: 1000, seed: 1 })
 * images.subarray(0, 784) // the first picture
 * labels[0] // its digit, 0 to 9
 */
export function generateDigits({ count, seed = 0, offset = 0 }: GenerateDigitsOptions): GeneratedDigits {
  checkInteger('count', count, 0)
  checkInteger('offset', offset, 0)
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER)
  parsedStyles ??= parseStyles()
  const pixels = pictureSide * pictureSide
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  const random = new SampleRandom()
  const line = new Polyline(lineCapacity)
  const box = new Float64Array(boxSide * boxSide)
  for (let sample = 0; sample < count; sample++) {
    random.restart(seed, offset + sample)
    const label = random.integer(parsedStyles.length)
    const style = chooseStyle(parsedStyles[label] as readonly ParsedStyle[], random)
    line.length = 0
    for (const stroke of poseStrokes(style, random)) traceStroke(stroke, traceStep, line)
    warpLine(line, random)
    inkLine(line, random)
    // MNIST's greys come from reducing black-and-white pictures: edges about a pixel wide.
    const edge = random.uniform(0.8, 1.4)
    fitLine(line, boxSide, edge)
    drawLine(line, edge, box, boxSide)
    placeByMass(box, images, sample * pixels)
    labels[sample] = label
  }
  return { images, labels }
}
