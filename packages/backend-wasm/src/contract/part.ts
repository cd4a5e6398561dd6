/**
 * What a product works on, and which part of it: plain numbers, so that threads can share one product.
 */
import type { Table } from './table.js'

/** Byte addresses of what a product works on. */
export interface Addresses {
  readonly left: number
  readonly right: number
  readonly output: number
  /** `scratchBytes` of room, for each thread its own. */
  readonly scratch: number
}

/**
 * What one thread computes: some matrices of the batch, of them some rows, from a multiple of the tile's rows to another or
 * the end. Of a thin product, where rows are few, it is some columns instead, and of tiny ones always whole matrices.
 */
export interface Part {
  readonly batchFrom: number
  readonly batchTo: number
  readonly from: number
  readonly to: number
}

/** An offset of a table. */
export type Offset = (table: Table, index: number) => number

/** Called when all rows up to one of a matrix are finished. */
export type Progress = (batch: number, rows: number) => void
