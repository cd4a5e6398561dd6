/**
 * Pen strokes: parsed control points, and the smooth curve through them as a polyline.
 *
 * Curves are Catmull-Rom splines with "centripetal" spacing (the square root of the chord), which neither loop nor overshoot
 * between unevenly placed points (Yuksel, Schaefer, Keyser, "On the parameterization of Catmull-Rom curves", 2009).
 */
import { ValueError } from '@nabla/core'

/** Control points of one stroke: `x`, `y` in a box of 100 by 100, `corner` is 1 where the pen turns sharply. */
export interface Stroke {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly corner: Uint8Array
}

/** Reads `x,y x,y! ...`; a `!` marks a corner. */
export function parseStroke(text: string): Stroke {
  const points = text.split(' ')
  const stroke = {
    x: new Float64Array(points.length),
    y: new Float64Array(points.length),
    corner: new Uint8Array(points.length),
  }
  points.forEach((point, index) => {
    const match = /^(\d+),(\d+)(!?)$/.exec(point)
    if (match === null) {
      throw new ValueError('digit skeleton', {
        expected: 'control points "x,y" or "x,y!" with one space between',
        received: `"${point}" in "${text}"`,
        fix: 'write whole numbers from 0 to 100',
      })
    }
    stroke.x[index] = Number(match[1])
    stroke.y[index] = Number(match[2])
    stroke.corner[index] = match[3] === '!' ? 1 : 0
  })
  return stroke
}

/** The drawn line: points with the pen's radius; `start[i]` is 1 where point i is the first of its stroke. */
export class Polyline {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly radius: Float64Array
  readonly start: Uint8Array
  length = 0

  constructor(readonly capacity: number) {
    this.x = new Float64Array(capacity)
    this.y = new Float64Array(capacity)
    this.radius = new Float64Array(capacity)
    this.start = new Uint8Array(capacity)
  }

  /** Appends a point; a full line takes no more. */
  add(x: number, y: number, isStart: boolean): void {
    if (this.length === this.capacity) return
    this.x[this.length] = x
    this.y[this.length] = y
    this.start[this.length] = isStart ? 1 : 0
    this.length++
  }
}

/** The smallest spacing of two control points: keeps the tangents of points that coincide finite. */
const minimumSpacing = 1e-3

/** The square root of the distance: the parameter step of centripetal splines. */
function spacing(x: Float64Array, y: Float64Array, from: number, to: number): number {
  const dx = x[to]! - x[from]!
  const dy = y[to]! - y[from]!
  return Math.max(Math.sqrt(Math.sqrt(dx * dx + dy * dy)), minimumSpacing)
}

/** The spline's slope at `at` per unit parameter, from its neighbours' positions and spacings. */
function slope(
  values: Float64Array,
  before: number,
  at: number,
  after: number,
  left: number,
  right: number,
): number {
  const leftSlope = (values[at]! - values[before]!) / left
  const rightSlope = (values[after]! - values[at]!) / right
  return (leftSlope * right + rightSlope * left) / (left + right)
}

/**
 * Appends the curve through the stroke's control points to `line`, one point per `step` of length.
 * A corner ends one spline and begins the next. A stroke of n points gives at least n.
 */
export function traceStroke(stroke: Stroke, step: number, line: Polyline): void {
  const { x, y, corner } = stroke
  const last = x.length - 1
  line.add(x[0]!, y[0]!, true)
  for (let from = 0; from < last; from++) {
    const to = from + 1
    const here = spacing(x, y, from, to)
    const before = from > 0 && corner[from] === 0 ? from - 1 : from
    const after = to < last && corner[to] === 0 ? to + 1 : to
    const left = before === from ? here : spacing(x, y, before, from)
    const right = after === to ? here : spacing(x, y, to, after)
    // At an open end the curve leaves along its chord.
    const startX = before === from ? x[to]! - x[from]! : slope(x, before, from, to, left, here) * here
    const startY = before === from ? y[to]! - y[from]! : slope(y, before, from, to, left, here) * here
    const endX = after === to ? x[to]! - x[from]! : slope(x, from, to, after, here, right) * here
    const endY = after === to ? y[to]! - y[from]! : slope(y, from, to, after, here, right) * here
    const pieces = Math.max(1, Math.ceil((here * here) / step))
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces
      const u = 1 - t
      // The cubic Hermite basis.
      const h0 = (1 + 2 * t) * u * u
      const h1 = t * u * u
      const h2 = t * t * (3 - 2 * t)
      const h3 = -t * t * u
      line.add(
        h0 * x[from]! + h1 * startX + h2 * x[to]! + h3 * endX,
        h0 * y[from]! + h1 * startY + h2 * y[to]! + h3 * endY,
        false,
      )
    }
  }
}
