/**
 * Columns of an `ArrayDataset`, and the loop that gathers rows of one into a batch: the hot path of data loading.
 */
import { allocate, type BatchData, type BatchDType, type HostData } from '../host-array.js'

/** One column: the samples one after another, all of one shape. */
export interface Column {
  readonly data: HostData
  /** The shape of one sample; `[]` for scalars such as labels. */
  readonly shape: readonly number[]
  /** Batches hold `value * scale + shift`, as float32 unless `dtype` says otherwise. */
  readonly scale?: number
  readonly shift?: number
  /** The element type of batches; default that of `data`, with 8- and 16-bit integers but uint8 widened to int32. */
  readonly dtype?: BatchDType
}

/** A column with its defaults filled in. */
export interface PreparedColumn {
  readonly data: HostData
  readonly shape: readonly number[]
  readonly scale: number
  readonly shift: number
  readonly dtype: BatchDType
  /** Elements per sample. */
  readonly size: number
}

function copyRows(column: PreparedColumn, rows: ArrayLike<number>, out: BatchData): void {
  const { data, size } = column
  if (size === 1) {
    for (let i = 0; i < rows.length; i++) out[i] = data[rows[i] as number] as number
    return
  }
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size
    out.set(data.subarray(start, start + size), i * size)
  }
}

function scaleRows(column: PreparedColumn, rows: ArrayLike<number>, out: BatchData): void {
  const { data, size, scale, shift } = column
  let target = 0
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size
    for (let j = start; j < start + size; j++) out[target++] = (data[j] as number) * scale + shift
  }
}

/** The frequent case by itself (pictures), so that its loop only ever sees these two array types. */
function scaleBytes(
  column: PreparedColumn,
  bytes: Uint8Array,
  rows: ArrayLike<number>,
  out: Float32Array,
): void {
  const { size, scale, shift } = column
  let target = 0
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size
    for (let j = start; j < start + size; j++) out[target++] = (bytes[j] as number) * scale + shift
  }
}

/** The samples of `column` at `rows`, converted, one after another in a fresh array. Indices are trusted. */
export function gatherRows(column: PreparedColumn, rows: ArrayLike<number>): BatchData {
  const { data, scale, shift, dtype, size } = column
  const out = allocate(dtype, rows.length * size)
  if (scale === 1 && shift === 0) copyRows(column, rows, out)
  else if (data instanceof Uint8Array && out instanceof Float32Array) scaleBytes(column, data, rows, out)
  else scaleRows(column, rows, out)
  return out
}
