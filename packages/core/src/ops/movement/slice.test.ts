import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Selection } from '../../types/selection.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, expectGrid, gridOf } from '../testing/grid.js'
import { samples, toTensor } from '../testing/layouts.js'
import { slice } from './slice.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

type AxisSelection = Exclude<Selection, '...'>

/** The positions that a range selects, found by walking, as the definition of Python's slices says. */
function walk(selection: AxisSelection, length: number): number[] {
  if (typeof selection === 'number') return [(selection + length) % length]
  const [start, stop, step = 1] = Array.isArray(selection)
    ? (selection as [number | null, number | null, number?])
    : [
        (selection as { start?: number } | null)?.start,
        (selection as { stop?: number } | null)?.stop,
        (selection as { step?: number } | null)?.step,
      ]
  const everything = Array.from({ length }, (_, i) => i)
  const position = (value: number): number => (value < 0 ? value + length : value)
  const from = start ?? (step > 0 ? 0 : length - 1)
  // A start before the beginning or behind the end begins at the first position of its walk that is inside.
  let at = start === null || start === undefined ? from : position(start)
  if (step > 0 && at < 0) at = 0
  if (step < 0 && at > length - 1) at = length - 1
  const end = stop === null || stop === undefined ? undefined : Math.max(position(stop), -1)
  const picked: number[] = []
  while (everything.includes(at) && (end === undefined || (step > 0 ? at < end : at > end))) {
    picked.push(at)
    at += step
  }
  return picked
}

function selectionFor(length: number): fc.Arbitrary<AxisSelection> {
  const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: null })
  const step = fc.constantFrom(-3, -2, -1, 1, 2, 3)
  const range = fc.oneof(
    fc.constant(null),
    fc.tuple(bound, bound),
    fc.tuple(bound, bound, step),
    fc.record({ start: bound, stop: bound, step }, { requiredKeys: [] }),
  )
  return length === 0 ? range : fc.oneof(range, fc.integer({ min: -length, max: length - 1 }))
}

it('agrees with walking through positions, over shapes, steps, signs and layouts', () => {
  const cases = samples({ maximumRank: 3 }).chain((sample) =>
    fc.tuple(fc.constant(sample), fc.tuple(...sample.grid.shape.map(selectionFor))),
  )
  fc.assert(
    fc.property(cases, ([sample, selections]) => {
      const { grid } = sample
      const x = toTensor(sample)
      const picked = grid.shape.map((length, axis) => walk(selections[axis] as AxisSelection, length))
      const whole = gridOf(
        picked.map((each) => each.length),
        (index) =>
          at(
            grid,
            index.map((coordinate, axis) => picked[axis]?.[coordinate] as number),
          ),
      )
      const shape = whole.shape.filter((_, axis) => typeof selections[axis] !== 'number')
      expectGrid(slice(x, ...selections), { shape, values: whole.values })
      expectNoLeaks(() => slice(x, ...selections))
      x.dispose()
    }),
    { numRuns: 200 },
  )
})

it('takes everything of axes that are not mentioned', () => {
  const x = tensorFrom(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  )
  expect(slice(x).shape).toEqual([2, 3, 4])
  expect(slice(x, 1).shape).toEqual([3, 4])
  expect(slice(x, '...', 0).shape).toEqual([2, 3])
  expect(slice(x, 0, '...', [1, 3]).shape).toEqual([3, 2])
  expect(slice(x, '...').shape).toEqual([2, 3, 4])
  expect(slice(x, 0, 1, '...', 2).dataSync()).toEqual(new Float32Array([6]))
})

it('writes as NumPy does', () => {
  const x = tensor([0, 1, 2, 3, 4])
  expect([...slice(x, { step: -1 }).dataSync()]).toEqual([4, 3, 2, 1, 0])
  expect([...slice(x, [-2, null]).dataSync()]).toEqual([3, 4])
  expect([...slice(x, [1, 100, 2]).dataSync()]).toEqual([1, 3])
  expect([...slice(x, [3, 1]).dataSync()]).toEqual([])
})
