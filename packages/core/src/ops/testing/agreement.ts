/**
 * Agreement of an operation with a reference over shapes, layouts and parameters.
 */
import fc from 'fast-check'
import { expect } from 'vitest'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { expectGrid, type Grid } from './grid.js'
import { samples, toTensor } from './layouts.js'

/** Checks `run` against a reference over shapes and layouts, with a choice of parameters that depends on the shape. */
export function expectAgreement<P>(
  parameters: (shape: readonly number[]) => fc.Arbitrary<P>,
  run: (x: Tensor, parameters: P) => Tensor,
  reference: (x: Grid, parameters: P) => Grid,
  minimumRank = 0,
): void {
  const cases = samples({ minimumRank, maximumRank: 3 }).chain((sample) =>
    fc.tuple(fc.constant(sample), parameters(sample.grid.shape)),
  )
  fc.assert(
    fc.property(cases, ([sample, chosen]) => {
      const x = toTensor(sample)
      const before = memory().tensors
      expectGrid(run(x, chosen), reference(sample.grid, chosen))
      expect(memory().tensors).toBe(before)
      x.dispose()
    }),
    { numRuns: 40 },
  )
}

/** An axis of a rank, from the front or from the back. */
export const anyAxis = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 })
export const fromFront = (axis: number, rank: number): number => (axis + rank) % rank
/** For operations without parameters. */
export const nothing = (): fc.Arbitrary<undefined> => fc.constant(undefined)
