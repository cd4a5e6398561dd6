/**
 * From the written-down styles to the strokes of one sample: parses the poses once, chooses a style by its weight,
 * and mixes its two poses with a shake of every control point.
 */
import { ValueError } from '@nabla/core'
import type { SampleRandom } from './random.js'
import { type DigitStyle, digitStyles } from './skeletons/index.js'
import { parseStroke, type Stroke } from './stroke.js'

/** A style ready to be drawn from. */
export interface ParsedStyle {
  readonly weight: number
  readonly first: readonly Stroke[]
  readonly second: readonly Stroke[]
  /** Where a sample's own strokes are put. */
  readonly sample: readonly Stroke[]
}

/** Parses one style; both poses must have the same strokes with as many points and the same corners. */
export function parseStyle({ name, weight, poses }: DigitStyle): ParsedStyle {
  const [first, second] = [poses[0].map(parseStroke), poses[1].map(parseStroke)]
  // E.g. "..!. ..": a stroke of four points with a corner, and one of two.
  const make = (strokes: readonly Stroke[]) =>
    strokes.map(({ corner }) => Array.from(corner, (sharp) => (sharp === 1 ? '!' : '.')).join('')).join(' ')
  if (make(first) !== make(second)) {
    throw new ValueError(`digit style "${name}"`, {
      expected: 'two poses whose strokes have the same points and corners',
      received: `"${make(first)}" and "${make(second)}"`,
      fix: 'add the missing points, and mark the same corners with "!"',
    })
  }
  return { weight, first, second, sample: poses[0].map(parseStroke) }
}

/** All styles, parsed; index 0 to 9 is the digit. */
export function parseStyles(): readonly (readonly ParsedStyle[])[] {
  return digitStyles.map((styles) => styles.map(parseStyle))
}

/** Draws one of the styles, each as often as its weight says. */
export function chooseStyle(styles: readonly ParsedStyle[], random: SampleRandom): ParsedStyle {
  let total = 0
  for (const style of styles) total += style.weight
  let left = random.uniform(0, total)
  let chosen = styles[0] as ParsedStyle
  for (const style of styles) {
    chosen = style
    left -= style.weight
    if (left < 0) break
  }
  return chosen
}

/**
 * Fills and returns the style's sample strokes: between its poses or a little beyond them, every control point
 * shaken, and some corners rounded off as in hasty writing.
 */
export function poseStrokes(style: ParsedStyle, random: SampleRandom): readonly Stroke[] {
  const mix = random.uniform(-0.4, 1.4)
  const shake = random.uniform(0.5, 6)
  const rounding = random.chance(0.35) ? 0.6 : 0.05
  for (let index = 0; index < style.sample.length; index++) {
    const first = style.first[index] as Stroke
    const second = style.second[index] as Stroke
    const { x, y, corner } = style.sample[index] as Stroke
    for (let point = 0; point < x.length; point++) {
      x[point] = first.x[point]! + (second.x[point]! - first.x[point]!) * mix + random.normal(shake)
      y[point] = first.y[point]! + (second.y[point]! - first.y[point]!) * mix + random.normal(shake)
      corner[point] = first.corner[point] === 1 && !random.chance(rounding) ? 1 : 0
    }
  }
  return style.sample
}
