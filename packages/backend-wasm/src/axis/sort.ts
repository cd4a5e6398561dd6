/**
 * The `sort` kernel: the host orders positions line by line, on a copy of the keys as float64, which holds every type
 * exactly; the values are then gathered by position, so they arrive bit for bit.
 */
import { expressions, input, type SortCall, sizeOf, type View } from '@nabla/backend'
import { startOf } from '../buffer.js'
import { copyView } from '../copy/copy.js'
import type { Device } from '../device.js'
import { runMap } from '../map/map.js'
import { withTemporary } from '../temporary.js'
import { runGather } from './indexed.js'

/** Negative if `a` comes before `b`; NaN is above everything. */
function compare(a: number, b: number): number {
  const [aIsNaN, bIsNaN] = [Number.isNaN(a), Number.isNaN(b)]
  if (aIsNaN || bIsNaN) return Number(aIsNaN) - Number(bIsNaN)
  return a - b || (a > b ? 1 : a < b ? -1 : 0)
}

/** Positions 0 … of the keys in order; equals keep theirs, since the sort of typed arrays is stable. */
function sortLine(keys: Float64Array, positions: Int32Array, descending: boolean): void {
  for (let i = 0; i < positions.length; i++) positions[i] = i
  const key = (position: number): number => keys[position] ?? Number.NaN
  positions.sort(descending ? (a, b) => compare(key(b), key(a)) : (a, b) => compare(key(a), key(b)))
}

export function runSort(device: Device, call: SortCall): void {
  const { label, axis, descending, input: source, values, indices } = call
  const { shape, dtype } = source
  if (sizeOf(shape) === 0) return
  // The sorted axis comes last in memory, so that lines lie in one piece.
  const order = [...shape.keys()].filter((each) => each !== axis).concat(axis)
  const lined = (view: View): View => ({
    ...view,
    shape,
    strides: shape.map((_, each) => view.strides[order.indexOf(each)] as number),
  })
  const rows = order.map((each) => shape[each] as number)
  const length = shape[axis] as number
  withTemporary(device, 'float64', rows, (keyRows) => {
    withTemporary(device, 'int32', rows, (positionRows) => {
      const mapped = [expressions.cast(input(0, dtype), 'float64')]
      const outputs = [lined(keyRows)]
      runMap(device, {
        kind: 'map',
        label,
        shape,
        expressions: mapped,
        inputs: [source],
        scalars: [],
        outputs,
      })
      const { f64, i32 } = device.memory.views
      const [keysAt, positionsAt] = [startOf(keyRows) / 8, startOf(positionRows) / 4]
      for (let from = 0; from < sizeOf(shape); from += length) {
        const keys = f64.subarray(keysAt + from, keysAt + from + length)
        sortLine(keys, i32.subarray(positionsAt + from, positionsAt + from + length), descending)
      }
      const positions = lined(positionRows)
      if (indices !== undefined) copyView(device, positions, indices)
      if (values === undefined) return
      runGather(device, { kind: 'gather', label, axis, input: source, indices: positions, output: values })
    })
  })
}
