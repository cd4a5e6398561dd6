/**
 * The `sort` kernel: stable merge sort of positions along one axis, NaN last (first when descending). Where only the
 * values are wanted the typed array's own sort does it, whose order is the same.
 */
import type { SortCall } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { forEachLine } from './lines.js'
import { load64, store64 } from './map/tiles64.js'

/** Runs of this length are sorted by insertion before the merging starts. */
const RUN = 8

/** Whether `a` must come after `b`: never for equals, which keep their order. NaN is above everything. */
function comesAfter(a: number, b: number, descending: boolean): boolean {
  if (descending) return a < b || (Number.isNaN(b) && !Number.isNaN(a))
  return a > b || (Number.isNaN(a) && !Number.isNaN(b))
}

function insertionSort(
  keys: Float64Array,
  order: Int32Array,
  first: number,
  end: number,
  descending: boolean,
): void {
  for (let i = first + 1; i < end; i++) {
    const moved = order[i]!
    const key = keys[moved]!
    let j = i - 1
    while (j >= first && comesAfter(keys[order[j]!]!, key, descending)) {
      order[j + 1] = order[j]!
      j -= 1
    }
    order[j + 1] = moved
  }
}

function merge(
  keys: Float64Array,
  from: Int32Array,
  to: Int32Array,
  first: number,
  middle: number,
  end: number,
  descending: boolean,
): void {
  let left = first
  let right = middle
  for (let out = first; out < end; out++) {
    const takeRight =
      left >= middle || (right < end && comesAfter(keys[from[left]!]!, keys[from[right]!]!, descending))
    to[out] = takeRight ? from[right++]! : from[left++]!
  }
}

/** The positions of `keys` in sorted order; `spare` is as long as they are. */
export function sortPositions(
  keys: Float64Array,
  order: Int32Array,
  spare: Int32Array,
  descending: boolean,
): Int32Array {
  const n = keys.length
  for (let i = 0; i < n; i++) order[i] = i
  for (let first = 0; first < n; first += RUN) {
    insertionSort(keys, order, first, Math.min(first + RUN, n), descending)
  }
  let from = order
  let to = spare
  for (let width = RUN; width < n; width *= 2) {
    for (let first = 0; first < n; first += 2 * width) {
      merge(keys, from, to, first, Math.min(first + width, n), Math.min(first + 2 * width, n), descending)
    }
    ;[from, to] = [to, from]
  }
  return from
}

export function runSort({ axis, descending, input, values, indices }: SortCall): void {
  const length = input.shape[axis] as number
  const keys = new Float64Array(length)
  const sorted = new Float64Array(length)
  const order = new Int32Array(length)
  const spare = new Int32Array(length)
  const source = dataOf(input)
  const column = input.strides[axis] as number
  const outputs = [values, indices].filter((view) => view !== undefined)
  const straight = { at: 0, row: 0, column: 1 }
  forEachLine(input.shape, axis, [input, ...outputs], (at) => {
    load64(keys, source, { at: at[0]!, row: 0, column }, 1, length)
    if (indices !== undefined) {
      const positions = sortPositions(keys, order, spare, descending)
      const target = { at: at[outputs.length]!, row: 0, column: indices.strides[axis] as number }
      for (let p = 0; p < length; p++) sorted[p] = positions[p]!
      store64(dataOf(indices), target, sorted, straight, 1, length)
      for (let p = 0; p < length; p++) sorted[p] = keys[positions[p]!]!
    } else {
      sorted.set(keys)
      sorted.sort()
      if (descending) sorted.reverse()
    }
    if (values === undefined) return
    const target = { at: at[1]!, row: 0, column: values.strides[axis] as number }
    store64(dataOf(values), target, sorted, straight, 1, length)
  })
}
