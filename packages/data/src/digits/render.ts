/**
 * Draws a polyline as grey pixels.
 *
 * Every piece is a capsule whose radius runs from one end's to the other's; a pixel's ink falls off linearly
 * over `edge` pixels around the outline, which smooths as MNIST's own reduction from black and white does.
 * Only the pixels in a piece's bounding box are looked at.
 */
import type { Polyline } from './stroke.js'

/** Moves and scales `line` so that its ink, soft edge included, just fits a square of `side` pixels. */
export function fitLine(line: Polyline, side: number, edge: number): void {
  let left = Infinity
  let right = -Infinity
  let top = Infinity
  let bottom = -Infinity
  let radius = 0
  for (let index = 0; index < line.length; index++) {
    left = Math.min(left, line.x[index]!)
    right = Math.max(right, line.x[index]!)
    top = Math.min(top, line.y[index]!)
    bottom = Math.max(bottom, line.y[index]!)
    radius = Math.max(radius, line.radius[index]!)
  }
  const room = side - 2 * radius - edge
  const scale = room / Math.max(right - left, bottom - top, 1e-6)
  const shiftX = (side - (left + right) * scale) / 2
  const shiftY = (side - (top + bottom) * scale) / 2
  for (let index = 0; index < line.length; index++) {
    line.x[index] = line.x[index]! * scale + shiftX
    line.y[index] = line.y[index]! * scale + shiftY
  }
}

/** Adds one capsule from point `from` to point `to` to the picture, keeping the darker ink at every pixel. */
function drawPiece(
  line: Polyline,
  from: number,
  to: number,
  edge: number,
  ink: Float64Array,
  side: number,
): void {
  const x = line.x[from]!
  const y = line.y[from]!
  const dx = line.x[to]! - x
  const dy = line.y[to]! - y
  const radius = line.radius[from]!
  const change = line.radius[to]! - radius
  const reach = Math.max(radius, radius + change) + edge / 2
  const left = Math.max(0, Math.floor(Math.min(x, x + dx) - reach))
  const right = Math.min(side - 1, Math.floor(Math.max(x, x + dx) + reach))
  const top = Math.max(0, Math.floor(Math.min(y, y + dy) - reach))
  const bottom = Math.min(side - 1, Math.floor(Math.max(y, y + dy) + reach))
  const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12)
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x
      const t = Math.min(Math.max((px * dx + py * dy) * inverse, 0), 1)
      const ex = px - t * dx
      const ey = py - t * dy
      const distance = Math.sqrt(ex * ex + ey * ey)
      const value = (radius + t * change - distance) / edge + 0.5
      const pixel = row * side + column
      if (value > ink[pixel]!) ink[pixel] = value
    }
  }
}

/** Draws `line` into `ink`, a square of `side` by `side` pixels that it clears first; 0 is paper, 1 full ink. */
export function drawLine(line: Polyline, edge: number, ink: Float64Array, side: number): void {
  ink.fill(0)
  for (let index = 0; index < line.length; index++) {
    const from = line.start[index] === 1 ? index : index - 1
    drawPiece(line, from, index, edge, ink, side)
  }
  for (let pixel = 0; pixel < ink.length; pixel++) ink[pixel] = Math.min(ink[pixel]!, 1)
}
