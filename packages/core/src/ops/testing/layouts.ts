/**
 * Tensors of the same values in every memory layout, for properties over layouts.
 */
import type { DType, Shape } from '@nabla/backend'
import fc from 'fast-check'
import type { Tensor } from '../../tensor.js'
import { tensorFrom } from '../creation/tensor.js'
import { broadcastTo, flip, slice, transpose } from '../movement/index.js'
import { at, type Grid, gridOf } from './grid.js'

export type LayoutKind = 'contiguous' | 'transposed' | 'sliced' | 'reversed' | 'broadcast'

export interface Sample {
  readonly grid: Grid
  readonly layout: LayoutKind
}

export interface SampleOptions {
  readonly minimumRank?: number
  readonly maximumRank?: number
  readonly minimumLength?: number
  readonly maximumLength?: number
  readonly value?: fc.Arbitrary<number>
}

const smallNumber = fc.integer({ min: -20, max: 20 }).map((n) => n / 4)

/** Values in some shape and layout; lengths of 0 are among them unless `minimumLength` says otherwise. */
export function samples(options: SampleOptions = {}): fc.Arbitrary<Sample> {
  const {
    minimumRank = 0,
    maximumRank = 3,
    minimumLength = 0,
    maximumLength = 4,
    value = smallNumber,
  } = options
  const shape = fc.array(fc.integer({ min: minimumLength, max: maximumLength }), {
    minLength: minimumRank,
    maxLength: maximumRank,
  })
  const layout = fc.constantFrom<LayoutKind>('contiguous', 'transposed', 'sliced', 'reversed', 'broadcast')
  return fc.tuple(shape, layout).chain(([lengths, kind]) => {
    const size = lengths.reduce((product, length) => product * length, 1)
    return fc.array(value, { minLength: size, maxLength: size }).map((values): Sample => {
      const grid = { shape: lengths, values }
      const repeats = kind === 'broadcast' && lengths.length > 0 && size > 0
      return { grid: repeats ? gridOf(lengths, ([, ...rest]) => at(grid, [0, ...rest])) : grid, layout: kind }
    })
  })
}

function place(values: readonly number[], shape: Shape, dtype: DType): Tensor {
  return tensorFrom([...values], shape, { dtype })
}

/** A sample as a tensor in its layout. What it is a view of is freed. */
export function toTensor({ grid, layout }: Sample, dtype: DType = 'float64'): Tensor {
  const { shape, values } = grid
  const viewOf = (base: Tensor, view: (base: Tensor) => Tensor): Tensor => {
    const result = view(base)
    base.dispose()
    return result
  }
  switch (layout) {
    case 'contiguous':
      return place(values, shape, dtype)
    case 'transposed': {
      const base = gridOf(shape.toReversed(), (index) => at(grid, index.toReversed()))
      return viewOf(place(base.values, base.shape, dtype), (x) => transpose(x))
    }
    case 'sliced': {
      const wide = shape.map((length) => 2 * length + 1)
      const base = gridOf(wide, (index) =>
        index.every((coordinate) => coordinate % 2 === 1)
          ? at(
              grid,
              index.map((coordinate) => (coordinate - 1) / 2),
            )
          : 99,
      )
      const odd = { start: 1, step: 2 }
      return viewOf(place(base.values, wide, dtype), (x) => slice(x, ...shape.map(() => odd)))
    }
    case 'reversed': {
      const base = gridOf(shape, (index) =>
        at(
          grid,
          index.map((coordinate, axis) => (shape[axis] as number) - 1 - coordinate),
        ),
      )
      return viewOf(place(base.values, shape, dtype), (x) => flip(x))
    }
    case 'broadcast': {
      if (values.length === 0 || shape.length === 0) return place(values, shape, dtype)
      const base = gridOf([1, ...shape.slice(1)], (index) => at(grid, index))
      return viewOf(place(base.values, base.shape, dtype), (x) => broadcastTo(x, shape))
    }
  }
}

/** Some of the axes of a rank, each from the front or from the back, or one alone, or none named. */
export function axesOf(rank: number): fc.Arbitrary<number | number[] | undefined> {
  const all = Array.from({ length: rank }, (_, axis) => axis)
  const signed = fc.array(fc.boolean(), { minLength: rank, maxLength: rank })
  const several = fc
    .tuple(fc.shuffledSubarray(all), signed)
    .map(([axes, negative]) => axes.map((axis) => (negative[axis] ? axis - rank : axis)))
  if (rank === 0) return fc.constantFrom<number[] | undefined>(undefined, [])
  return fc.oneof(several, fc.integer({ min: -rank, max: rank - 1 }), fc.constant(undefined))
}
