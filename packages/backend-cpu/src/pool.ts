/**
 * The `pool` kernel: the winner of every window, all channels of a position at a time, and what is picked from or
 * added at it.
 */
import { type PoolCall, type PoolGeometry, sizeOf, type TypedArray, type View } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { storeValues } from './map/store-values.js'
import { load64 } from './map/tiles64.js'

/** A position on the two middle axes as one number, or -1 where a window holds no element at all. */
type Winners = Int32Array

interface Window {
  readonly image: number
  readonly row: number
  readonly column: number
}

function updateWinners(
  best: Float64Array,
  winners: Winners,
  candidates: Float64Array,
  position: number,
): void {
  for (let c = 0; c < winners.length; c++) {
    const x = candidates[c]!
    const largest = best[c]!
    // The first largest wins; the first NaN wins over everything.
    if (winners[c]! < 0 || x > largest || (Number.isNaN(x) && !Number.isNaN(largest))) {
      best[c] = x
      winners[c] = position
    }
  }
}

/** Finds the winners of windows of `by`, one per channel, into `winners`. */
function winnerFinder(by: View, geometry: PoolGeometry, winners: Winners): (window: Window) => void {
  const [, height, width, channels] = by.shape as [number, number, number, number]
  const [perImage, perRow, perColumn, perChannel] = by.strides as [number, number, number, number]
  const { window, strides, dilation, padding } = geometry
  const data = dataOf(by)
  const best = new Float64Array(channels)
  const candidates = new Float64Array(channels)
  return ({ image, row, column }) => {
    winners.fill(-1)
    for (let i = 0; i < window[0]; i++) {
      const y = row * strides[0] - padding[0][0] + i * dilation[0]
      if (y < 0 || y >= height) continue
      for (let j = 0; j < window[1]; j++) {
        const x = column * strides[1] - padding[1][0] + j * dilation[1]
        if (x < 0 || x >= width) continue
        const at = by.offset + image * perImage + y * perRow + x * perColumn
        load64(candidates, data, { at, row: 0, column: perChannel }, 1, channels)
        updateWinners(best, winners, candidates, y * width + x)
      }
    }
  }
}

function forEachWindow(shape: readonly number[], visit: (window: Window) => void): void {
  const [images, rows, columns] = shape as [number, number, number]
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) visit({ image, row, column })
    }
  }
}

function positionIn(view: View, image: number, row: number, column: number): number {
  const [perImage, perRow, perColumn] = view.strides as [number, number, number]
  return view.offset + image * perImage + row * perRow + column * perColumn
}

function pick(
  target: TypedArray,
  at: number,
  step: number,
  source: TypedArray,
  view: View,
  image: number,
  width: number,
  winners: Winners,
): void {
  const [, perRow, perColumn, perChannel] = view.strides as [number, number, number, number]
  const start = positionIn(view, image, 0, 0)
  for (let c = 0; c < winners.length; c++) {
    const winner = winners[c]!
    const y = Math.floor(winner / width)
    const from = start + y * perRow + (winner - y * width) * perColumn + c * perChannel
    target[at + c * step] = winner < 0 ? 0 : source[from]!
  }
}

function select({ by, source, output, geometry }: PoolCall): void {
  const width = by.shape[2] as number
  const winners = new Int32Array(by.shape[3] as number)
  const find = winnerFinder(by, geometry, winners)
  const from = dataOf(source)
  const to = dataOf(output)
  const step = output.strides[3] as number
  forEachWindow(output.shape, (window) => {
    find(window)
    pick(
      to,
      positionIn(output, window.image, window.row, window.column),
      step,
      from,
      source,
      window.image,
      width,
      winners,
    )
  })
}

function spread({ by, source, output, geometry }: PoolCall): void {
  const [, height, width, channels] = by.shape as [number, number, number, number]
  const winners = new Int32Array(channels)
  const find = winnerFinder(by, geometry, winners)
  const from = dataOf(source)
  const amounts = new Float64Array(channels)
  const sums = new Float64Array(sizeOf(output.shape))
  forEachWindow(source.shape, (window) => {
    find(window)
    const at = positionIn(source, window.image, window.row, window.column)
    load64(amounts, from, { at, row: 0, column: source.strides[3] as number }, 1, channels)
    const start = window.image * height * width
    for (let c = 0; c < channels; c++) {
      const winner = winners[c]!
      if (winner >= 0) sums[(start + winner) * channels + c]! += amounts[c]!
    }
  })
  storeValues(sums, output.dtype, output)
}

export function runPool(call: PoolCall): void {
  if (sizeOf(call.output.shape) === 0) return
  if (call.mode === 'select') select(call)
  else spread(call)
}
