/**
 * The float32 lane: tiles between buffers and blocks. The only types here are float32 and bool (0 and 1 as floats).
 */
import type { TypedArray } from '@nabla/backend'
import type { Place } from './loop.js'

function copyRow(target: Float32Array, to: number, source: Float32Array, from: number, n: number): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    target[to + p] = source[from + p]!
    target[to + p + 1] = source[from + p + 1]!
    target[to + p + 2] = source[from + p + 2]!
    target[to + p + 3] = source[from + p + 3]!
  }
  for (; p < n; p++) target[to + p] = source[from + p]!
}

function copySteps(
  target: Float32Array,
  to: number,
  toStep: number,
  source: Float32Array,
  from: number,
  fromStep: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) {
    target[to] = source[from]!
    // `| 0` spares a check for overflow.
    to = (to + toStep) | 0
    from = (from + fromStep) | 0
  }
}

/** A tile of floats from anywhere to anywhere; the inner loop runs along the columns. */
export function copyFloats(
  target: Float32Array,
  to: number,
  toRow: number,
  toColumn: number,
  source: Float32Array,
  from: number,
  fromRow: number,
  fromColumn: number,
  rows: number,
  columns: number,
): void {
  const straight = toColumn === 1 && fromColumn === 1
  for (let row = 0; row < rows; row++) {
    const t = to + row * toRow
    const s = from + row * fromRow
    if (straight) copyRow(target, t, source, s, columns)
    else copySteps(target, t, toColumn, source, s, fromColumn, columns)
  }
}

function loadBooleans(
  block: Float32Array,
  data: TypedArray,
  place: Place,
  rows: number,
  columns: number,
): void {
  let t = 0
  for (let row = 0; row < rows; row++) {
    let s = place.at + row * place.row
    for (let column = 0; column < columns; column++) {
      block[t++] = data[s]!
      s += place.column
    }
  }
}

export function load32(
  block: Float32Array,
  data: TypedArray,
  place: Place,
  rows: number,
  columns: number,
): void {
  if (!(data instanceof Float32Array)) loadBooleans(block, data, place, rows, columns)
  else if (Math.abs(place.row) < Math.abs(place.column)) {
    copyFloats(block, 0, 1, columns, data, place.at, place.column, place.row, columns, rows)
  } else copyFloats(block, 0, columns, 1, data, place.at, place.row, place.column, rows, columns)
}

function storeBooleans(
  data: TypedArray,
  place: Place,
  block: Float32Array,
  from: Place,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    let t = place.at + row * place.row
    let s = from.at + row * from.row
    for (let column = 0; column < columns; column++) {
      data[t] = block[s]!
      t += place.column
      s += from.column
    }
  }
}

export function store32(
  data: TypedArray,
  place: Place,
  block: Float32Array,
  from: Place,
  rows: number,
  columns: number,
): void {
  if (!(data instanceof Float32Array)) storeBooleans(data, place, block, from, rows, columns)
  else
    copyFloats(data, place.at, place.row, place.column, block, from.at, from.row, from.column, rows, columns)
}
