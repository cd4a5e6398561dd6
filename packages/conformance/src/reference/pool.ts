/** Reference windows: the winner of each window found by looking at all of it. */
import type { PoolCall } from '@nabla/backend'
import { coordinatesOf, positionAt, type ReadView, type Written } from './elements.js'

/** The position in `by` of the winner of the window at output coordinates, or `undefined` if it lies outside. */
function winner(call: PoolCall, by: readonly number[], coordinates: readonly number[]): number | undefined {
  const { window, strides, dilation, padding } = call.geometry
  const [n, i, j, c] = coordinates as [number, number, number, number]
  const [, height, width] = call.by.shape as [number, number, number, number]
  let best: number | undefined
  for (let u = 0; u < window[0]; u++) {
    for (let v = 0; v < window[1]; v++) {
      const row = i * strides[0] + u * dilation[0] - padding[0][0]
      const column = j * strides[1] + v * dilation[1] - padding[1][0]
      if (row < 0 || row >= height || column < 0 || column >= width) continue
      const position = positionAt(call.by.shape, [n, row, column, c])
      const [leader, value] = [best === undefined ? undefined : by[best], by[position] as number]
      if (leader === undefined || (!Number.isNaN(leader) && (Number.isNaN(value) || value > leader)))
        best = position
    }
  }
  return best
}

export function referencePool(call: PoolCall, read: ReadView): Written[] {
  const by = read(call.by)
  const source = read(call.source)
  const spread = call.mode === 'spread'
  const values = read(call.output).map(() => 0)
  coordinatesOf(spread ? call.source.shape : call.output.shape).forEach((coordinates, position) => {
    const best = winner(call, by, coordinates)
    if (best === undefined) return
    if (spread) values[best] = (values[best] as number) + (source[position] as number)
    else values[position] = source[best] as number
  })
  return [{ view: call.output, values }]
}
