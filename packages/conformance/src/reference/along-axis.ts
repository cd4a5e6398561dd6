/** Reference kernels along one axis: scan, gather, scatter and sort, each as loops over [before, axis, after]. */
import { type GatherCall, IndexError, type ScanCall, type ScatterCall, type SortCall } from '@nabla/backend'
import { aroundAxis, type ReadView, type Written } from './elements.js'
import { combine, identityOf } from './fold.js'

export function referenceScan(call: ScanCall, read: ReadView): Written[] {
  const { operation, reverse, exclusive } = call
  const { dtype } = call.input
  const input = read(call.input)
  const values = input.map(() => 0)
  const { before, length, after } = aroundAxis(call.input.shape, call.axis)
  for (let b = 0; b < before; b++) {
    for (let a = 0; a < after; a++) {
      let running = identityOf(operation, dtype)
      for (let step = 0; step < length; step++) {
        const position = (b * length + (reverse ? length - 1 - step : step)) * after + a
        const next = combine(operation, dtype, running, input[position] as number)
        values[position] = exclusive ? running : next
        running = next
      }
    }
  }
  return [{ view: call.output, values }]
}

function checkIndex(label: string, index: number, length: number): number {
  if (index >= -length && index < length) return index < 0 ? index + length : index
  throw new IndexError(label, {
    expected: `indices from ${-length} to ${length - 1}`,
    received: String(index),
    fix: 'check the indices against the length of the axis',
  })
}

export function referenceGather(call: GatherCall, read: ReadView): Written[] {
  const input = read(call.input)
  const indices = read(call.indices)
  const { length } = aroundAxis(call.input.shape, call.axis)
  const { length: results, after } = aroundAxis(call.output.shape, call.axis)
  const values = indices.map((index, position) => {
    const before = Math.floor(position / (results * after))
    return input[
      (before * length + checkIndex(call.label, index, length)) * after + (position % after)
    ] as number
  })
  return [{ view: call.output, values }]
}

export function referenceScatter(call: ScatterCall, read: ReadView): Written[] {
  const updates = read(call.updates)
  const indices = read(call.indices)
  const values = read(call.output)
  const { dtype } = call.output
  const { length } = aroundAxis(call.output.shape, call.axis)
  const { length: count, after } = aroundAxis(call.updates.shape, call.axis)
  updates.forEach((update, position) => {
    const before = Math.floor(position / (count * after))
    const index = checkIndex(call.label, indices[position] as number, length)
    const target = (before * length + index) * after + (position % after)
    const old = values[target] as number
    values[target] =
      call.operation === 'set'
        ? update
        : combine(call.operation === 'add' ? 'sum' : call.operation, dtype, old, update)
  })
  return [{ view: call.output, values }]
}

/** -1, 0 or 1; NaN above everything. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : 0
}

export function referenceSort(call: SortCall, read: ReadView): Written[] {
  const input = read(call.input)
  const sorted = input.map(() => 0)
  const order = input.map(() => 0)
  const sign = call.descending ? -1 : 1
  const { before, length, after } = aroundAxis(call.input.shape, call.axis)
  for (let b = 0; b < before; b++) {
    for (let a = 0; a < after; a++) {
      const at = (i: number): number => (b * length + i) * after + a
      const ranks = Array.from({ length }, (_, i) => i)
      // Array.prototype.sort is stable, so equal elements keep their order in both directions.
      ranks.sort((i, j) => sign * compare(input[at(i)] as number, input[at(j)] as number))
      ranks.forEach((from, to) => {
        sorted[at(to)] = input[at(from)] as number
        order[at(to)] = from
      })
    }
  }
  const written: Written[] = []
  if (call.values !== undefined) written.push({ view: call.values, values: sorted })
  if (call.indices !== undefined) written.push({ view: call.indices, values: order })
  return written
}
