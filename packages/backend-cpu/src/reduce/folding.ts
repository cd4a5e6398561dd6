/**
 * Which fold a reduction runs: by operation and type, for float32 tiles and for wide ones, with the value that the
 * reduction of nothing has.
 */
import { type DType, isFloat, type ReduceOperation } from '@nabla/backend'
import * as narrow from './folds32.js'
import * as wide from './folds64.js'

/** Folds the rows of a tile; for the tile's layout see folds32.ts. */
export interface Fold<A> {
  rows(
    into: Float64Array,
    at: number,
    atRow: number,
    tile: A,
    from: number,
    step: number,
    rows: number,
    n: number,
  ): void
  columns(
    into: Float64Array,
    at: number,
    atRow: number,
    atStep: number,
    tile: A,
    from: number,
    step: number,
    rows: number,
    n: number,
  ): void
}

/** All reductions but those that look for a position. */
export type ValueOperation = Exclude<ReduceOperation, 'argMax' | 'argMin'>

export interface Folding {
  readonly initial: number
  readonly wide: Fold<Float64Array>
  /** Where tiles of float32 have their own fold; others are widened first. */
  readonly narrow?: Fold<Float32Array>
}

const LOWEST: Record<DType, number> = {
  bool: 0,
  uint8: 0,
  uint32: 0,
  int32: -(2 ** 31),
  float16: Number.NEGATIVE_INFINITY,
  float32: Number.NEGATIVE_INFINITY,
  float64: Number.NEGATIVE_INFINITY,
}
const HIGHEST: Record<DType, number> = {
  bool: 1,
  uint8: 255,
  uint32: 2 ** 32 - 1,
  int32: 2 ** 31 - 1,
  float16: Number.POSITIVE_INFINITY,
  float32: Number.POSITIVE_INFINITY,
  float64: Number.POSITIVE_INFINITY,
}

function maximum(dtype: DType): Folding {
  return {
    initial: LOWEST[dtype],
    wide: wide.maximum,
    narrow: { rows: narrow.maximumRows32, columns: narrow.maximumColumns32 },
  }
}

function minimum(dtype: DType): Folding {
  return {
    initial: HIGHEST[dtype],
    wide: wide.minimum,
    narrow: { rows: narrow.minimumRows32, columns: narrow.minimumColumns32 },
  }
}

/** The folding of `operation` over elements of `dtype`, which for `any` and `all` is bool. */
export function foldingOf(operation: ValueOperation, dtype: DType): Folding {
  switch (operation) {
    case 'sum':
      return isFloat(dtype)
        ? { initial: 0, wide: wide.sum, narrow: { rows: narrow.sumRows32, columns: narrow.sumColumns32 } }
        : { initial: 0, wide: wide.wrappingSum }
    case 'product':
      return { initial: 1, wide: isFloat(dtype) ? wide.product : wide.wrappingProduct }
    case 'maximum':
    case 'any':
      return maximum(dtype)
    case 'minimum':
    case 'all':
      return minimum(dtype)
  }
}
