/**
 * How a pen path is written down.
 *
 * Every digit has several styles, drawn by hand for this project; its file holds data only. A style has two poses
 * of the same make, and a sample lies somewhere between (or a little beyond) them, so one style covers a family of
 * hands. A pose lists strokes in writing order; a stroke is a row of control points `x,y` in a box of 100 by 100,
 * y downward, joined by a smooth curve that turns sharply at points marked `!`.
 */

/** Strokes in writing order, each `'x,y x,y! ...'`. */
export type Pose = readonly string[]

/** One way of writing a digit; `weight` says how common it is among the styles of its digit. */
export interface DigitStyle {
  readonly name: string
  readonly weight: number
  readonly poses: readonly [Pose, Pose]
}
