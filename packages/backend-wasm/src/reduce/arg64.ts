/**
 * argMax and argMin of float64, which four lanes of 32 bits can't order: the expression is mapped into a temporary, and
 * the host looks through it.
 */
import { input, type ReduceCall, sizeOf, type View } from '@nabla/backend'
import { startOf } from '../buffer.js'
import type { Device } from '../device.js'
import { runMap } from '../map/map.js'
import { withTemporary } from '../temporary.js'

/** The first extreme among `count` elements from `from` on; NaN counts as the extreme. */
function extremeAt(values: Float64Array, from: number, count: number, sign: 1 | -1): number {
  let best = 0
  for (let i = 1; i < count; i++) {
    const champion = values[from + best] ?? Number.NaN
    if (Number.isNaN(champion)) break
    const value = values[from + i] ?? Number.NaN
    if (Number.isNaN(value) || sign * value > sign * champion) best = i
  }
  return best
}

export function runArgOfDoubles(device: Device, call: ReduceCall): void {
  const { label, shape, axes, inputs, scalars, expression, output, operation } = call
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const order = [...kept, ...axes]
  const ordered = order.map((axis) => shape[axis] as number)
  const count = sizeOf(axes.map((axis) => shape[axis] as number))
  withTemporary(device, 'float64', ordered, (rows) => {
    // The temporary holds the kept axes first; the map sees it in the order of the call.
    const strides = shape.map((_, axis) => rows.strides[order.indexOf(axis)] as number)
    const target: View = { ...rows, shape, strides }
    runMap(device, {
      kind: 'map',
      label,
      shape,
      expressions: [expression],
      inputs,
      scalars,
      outputs: [target],
    })
    withTemporary(device, 'int32', output.shape, (positions) => {
      const { f64, i32 } = device.memory.views
      const from = startOf(rows) / 8
      const to = startOf(positions) / 4
      const results = sizeOf(output.shape)
      for (let i = 0; i < results; i++) {
        i32[to + i] = extremeAt(f64, from + i * count, count, operation === 'argMax' ? 1 : -1)
      }
      finish(device, call, positions)
    })
  })
}

/** Maps the positions by `post`, or copies them to where they belong. */
function finish(
  device: Device,
  { label, post, postInputs = [], scalars, output }: ReduceCall,
  positions: View,
): void {
  runMap(device, {
    kind: 'map',
    label,
    shape: output.shape,
    expressions: [post ?? input(0, 'int32')],
    inputs: [positions, ...postInputs],
    scalars,
    outputs: [output],
  })
}
