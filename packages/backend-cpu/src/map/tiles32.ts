/**
 * The float32 lane: tiles between buffers and blocks. The only types here are float32 and bool (0 and 1 as floats).
 */
import type { TypedArray } from '@nabla/backend'
import type { Place } from './loop.js'

/** A tile of floats into a block or the other way; the inner loop runs along the columns. */
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
  for (let row = 0; row < rows; row++) {
    let t = to + row * toRow
    let s = from + row * fromRow
    for (let column = 0; column < columns; column++) {
      target[t] = source[s]!
      t += toColumn
      s += fromColumn
    }
  }
}

function loadBooleans(block: Float32Array, data: TypedArray, place: Place, rows: number, columns: number): void {
  let t = 0
  for (let row = 0; row < rows; row++) {
    let s = place.at + row * place.row
    for (let column = 0; column < columns; column++) {
      block[t++] = data[s]!
      s += place.column
    }
  }
}

export function load32(block: Float32Array, data: TypedArray, place: Place, rows: number, columns: number): void {
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
  else copyFloats(data, place.at, place.row, place.column, block, from.at, from.row, from.column, rows, columns)
}
