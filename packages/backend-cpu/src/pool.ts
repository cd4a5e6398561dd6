/**
 * The `pool` kernel: what is picked from the winner of every window, or added at it.
 */
import { type PoolCall, sizeOf, type TypedArray, type View } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { storeValues } from './map/store-values.js'
import { load64 } from './map/tiles64.js'
import { type Window, winnerFinder } from './pool-winners.js'

function forEachWindow(shape: readonly number[], visit: (window: Window) => void): void {
  const [images, rows, columns] = shape as [number, number, number]
  const window: Window = { image: 0, row: 0, column: 0 }
  for (window.image = 0; window.image < images; window.image++) {
    for (window.row = 0; window.row < rows; window.row++) {
      for (window.column = 0; window.column < columns; window.column++) visit(window)
    }
  }
}

function positionIn(view: View, { image, row, column }: Window): number {
  const [perImage, perRow, perColumn] = view.strides as [number, number, number]
  return view.offset + image * perImage + row * perRow + column * perColumn
}

/** Offsets of the winners' elements in a view shaped like the input; -1 stays. */
function locate(places: Int32Array, winners: Int32Array, width: number, view: View, image: number): void {
  const [perImage, perRow, perColumn, perChannel] = view.strides as [number, number, number, number]
  const start = view.offset + image * perImage
  for (let c = 0; c < winners.length; c++) {
    const winner = winners[c]!
    const row = (winner / width) | 0
    const place = start + row * perRow + (winner - row * width) * perColumn + c * perChannel
    places[c] = winner < 0 ? -1 : place
  }
}

function pick32(
  target: Float32Array,
  to: number,
  step: number,
  source: Float32Array,
  places: Int32Array,
): void {
  for (let c = 0; c < places.length; c++) target[to + c * step] = places[c]! < 0 ? 0 : source[places[c]!]!
}

function pick(target: TypedArray, to: number, step: number, source: TypedArray, places: Int32Array): void {
  if (target instanceof Float32Array && source instanceof Float32Array)
    pick32(target, to, step, source, places)
  else
    for (let c = 0; c < places.length; c++) target[to + c * step] = places[c]! < 0 ? 0 : source[places[c]!]!
}

function select({ by, source, output, geometry }: PoolCall): void {
  const [, , width, channels] = by.shape as [number, number, number, number]
  const winners = new Int32Array(channels)
  const places = new Int32Array(channels)
  const find = winnerFinder(by, geometry, winners)
  const from = dataOf(source)
  const to = dataOf(output)
  const step = output.strides[3] as number
  forEachWindow(output.shape, (window) => {
    find(window)
    locate(places, winners, width, source, window.image)
    pick(to, positionIn(output, window), step, from, places)
  })
}

function spread({ by, source, output, geometry }: PoolCall): void {
  const [, height, width, channels] = by.shape as [number, number, number, number]
  const winners = new Int32Array(channels)
  const find = winnerFinder(by, geometry, winners)
  const from = dataOf(source)
  const place = { at: 0, row: 0, column: source.strides[3] as number }
  const amounts = new Float64Array(channels)
  // In float64, since windows overlap; in row-major order of the output.
  const sums = new Float64Array(sizeOf(output.shape))
  forEachWindow(source.shape, (window) => {
    find(window)
    place.at = positionIn(source, window)
    load64(amounts, from, place, 1, channels)
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
