/**
 * The wide lane: tiles between buffers of any type and Float64Array blocks. One loop per kind of array, because V8
 * keeps type feedback per function.
 */
import type { TypedArray } from '@nabla/backend'
import { halfBits, halfValues } from '../math/half.js'
import type { Place } from './loop.js'

type Values = Float64Array

function loadFloat64(block: Values, data: Float64Array, place: Place, rows: number, columns: number): void {
  let t = 0
  for (let row = 0; row < rows; row++) {
    let s = place.at + row * place.row
    for (let column = 0; column < columns; column++) {
      block[t++] = data[s]!
      s += place.column
    }
  }
}

function loadFloat32(block: Values, data: Float32Array, place: Place, rows: number, columns: number): void {
  let t = 0
  for (let row = 0; row < rows; row++) {
    let s = place.at + row * place.row
    for (let column = 0; column < columns; column++) {
      block[t++] = data[s]!
      s += place.column
    }
  }
}

function loadIntegers(
  block: Values,
  data: Int32Array | Uint32Array | Uint8Array,
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

function loadHalves(block: Values, data: Uint16Array, place: Place, rows: number, columns: number): void {
  const values = halfValues()
  let t = 0
  for (let row = 0; row < rows; row++) {
    let s = place.at + row * place.row
    for (let column = 0; column < columns; column++) {
      block[t++] = values[data[s]!]!
      s += place.column
    }
  }
}

/** A tile into the start of `block`, row by row. */
export function load64(block: Values, data: TypedArray, place: Place, rows: number, columns: number): void {
  if (data instanceof Float32Array) loadFloat32(block, data, place, rows, columns)
  else if (data instanceof Float64Array) loadFloat64(block, data, place, rows, columns)
  else if (data instanceof Uint16Array) loadHalves(block, data, place, rows, columns)
  else loadIntegers(block, data, place, rows, columns)
}

function storeFloat64(
  t: number,
  step: number,
  data: Float64Array,
  s: number,
  by: number,
  n: number,
  block: Values,
): void {
  for (let p = 0; p < n; p++) data[t + p * step] = block[s + p * by]!
}

function storeFloat32(
  t: number,
  step: number,
  data: Float32Array,
  s: number,
  by: number,
  n: number,
  block: Values,
): void {
  for (let p = 0; p < n; p++) data[t + p * step] = block[s + p * by]!
}

/** Values are integers of the type already; as a conversion, storing a uint32 in a Uint32Array is exact too. */
function storeIntegers(
  t: number,
  step: number,
  data: Int32Array | Uint32Array | Uint8Array,
  s: number,
  by: number,
  n: number,
  block: Values,
): void {
  for (let p = 0; p < n; p++) data[t + p * step] = block[s + p * by]!
}

function storeHalves(
  t: number,
  step: number,
  data: Uint16Array,
  s: number,
  by: number,
  n: number,
  block: Values,
): void {
  for (let p = 0; p < n; p++) data[t + p * step] = halfBits(block[s + p * by]!)
}

/** A tile from `block`, whose own places are given too. */
export function store64(
  data: TypedArray,
  place: Place,
  block: Values,
  from: Place,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    const t = place.at + row * place.row
    const s = from.at + row * from.row
    if (data instanceof Float32Array) storeFloat32(t, place.column, data, s, from.column, columns, block)
    else if (data instanceof Float64Array) storeFloat64(t, place.column, data, s, from.column, columns, block)
    else if (data instanceof Uint16Array) storeHalves(t, place.column, data, s, from.column, columns, block)
    else storeIntegers(t, place.column, data, s, from.column, columns, block)
  }
}

/** Coordinates: `first + row · rowStep + column · columnStep`. */
export function count64(block: Values, place: Place, rows: number, columns: number): void {
  let t = 0
  for (let row = 0; row < rows; row++) {
    const first = place.at + row * place.row
    for (let column = 0; column < columns; column++) block[t++] = first + column * place.column
  }
}
