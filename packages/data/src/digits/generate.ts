/**
 * The built-in digits: labelled 28 by 28 grey pictures of handwritten digits, made from pen paths on the spot.
 *
 * Stands in for MNIST where there is neither network nor file. Sample i of a seed is a function of the two
 * numbers alone, so a set can be made in parts, in any order, and is the same on every platform.
 */
import { inkLine, warpLine } from './distort.js'
import { boxSide, pictureSide, placeByMass } from './normalize.js'
import { SampleRandom } from './random.js'
import { drawLine, fitLine } from './render.js'
import { digitStyles } from './skeletons.js'
import { parseStroke, Polyline, type Stroke, traceStroke } from './stroke.js'

/** What to generate. */
export interface GenerateDigitsOptions {
  /** How many digits. */
  readonly count: number
  /** Which set: an integer, 0 by default. */
  readonly seed?: number
  /** The number of the first sample within the set, 0 by default. */
  readonly offset?: number
}

/** `images` holds `count` pictures of 784 bytes, row by row, 0 paper to 255 ink; `labels` their digits. */
export interface GeneratedDigits {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

interface ParsedStyle {
  readonly weight: number
  /** Pose, then stroke. */
  readonly poses: readonly (readonly Stroke[])[]
  /** Where the sample's own strokes are put. */
  readonly scratch: readonly Stroke[]
}

function parseStyles(): readonly (readonly ParsedStyle[])[] {
  return digitStyles.map((styles) =>
    styles.map(({ weight, poses }) => ({
      weight,
      poses: poses.map((pose) => pose.map(parseStroke)),
      scratch: (poses[0] ?? []).map(parseStroke),
    })),
  )
}

let parsedStyles: readonly (readonly ParsedStyle[])[] | undefined

function chooseStyle(styles: readonly ParsedStyle[], random: SampleRandom): ParsedStyle {
  let total = 0
  for (const style of styles) total += style.weight
  let left = random.uniform(0, total)
  for (const style of styles) {
    left -= style.weight
    if (left < 0) return style
  }
  return styles[0] as ParsedStyle
}

/** Fills the style's scratch strokes: somewhere between its poses, every control point shaken a little. */
function poseStrokes(style: ParsedStyle, random: SampleRandom): readonly Stroke[] {
  const from = style.poses[0] as readonly Stroke[]
  const to = style.poses[style.poses.length - 1] as readonly Stroke[]
  const mix = random.uniform(-0.4, 1.4)
  const shake = random.uniform(0.5, 6)
  const rounding = random.chance(0.35) ? 0.6 : 0.05
  style.scratch.forEach((stroke, index) => {
    const a = from[index] as Stroke
    const b = to[index] as Stroke
    for (let point = 0; point < stroke.x.length; point++) {
      stroke.x[point] = a.x[point]! + (b.x[point]! - a.x[point]!) * mix + random.normal(shake)
      stroke.y[point] = a.y[point]! + (b.y[point]! - a.y[point]!) * mix + random.normal(shake)
      stroke.corner[point] = a.corner[point] === 1 && !random.chance(rounding) ? 1 : 0
    }
  })
  return style.scratch
}

const random = new SampleRandom()
const line = new Polyline(512)
const box = new Float64Array(boxSide * boxSide)

export function generateDigits({ count, seed = 0, offset = 0 }: GenerateDigitsOptions): GeneratedDigits {
  const styles = (parsedStyles ??= parseStyles())
  const pixels = pictureSide * pictureSide
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  for (let sample = 0; sample < count; sample++) {
    random.restart(seed, offset + sample)
    const label = random.integer(10)
    labels[sample] = label
    const style = chooseStyle(styles[label] as readonly ParsedStyle[], random)
    line.length = 0
    for (const stroke of poseStrokes(style, random)) traceStroke(stroke, 8, line)
    warpLine(line, random)
    inkLine(line, random)
    const edge = random.uniform(0.8, 1.4)
    fitLine(line, boxSide, edge)
    drawLine(line, edge, box, boxSide)
    placeByMass(box, images, sample * pixels)
  }
  return { images, labels }
}
