import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { withTemporaries } from '../../engine/temporaries.js'
import type { Tensor } from '../../tensor.js'
import { mul } from '../elementwise/index.js'
import { slice } from '../movement/index.js'
import { expectGradient } from '../testing/gradients.js'
import { gridOf } from '../testing/grid.js'
import * as indexing from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const x = gridOf([3, 4], ([i = 0, j = 0]) => Math.sin(7 * i + 3 * j + 1) * 2)
/** The first half of the rows is data, the rest are updates. */
const both = gridOf([6, 3], ([i = 0, j = 0]) => Math.cos(5 * i + 2 * j + 1) * 2)

const PICKS: [string, (x: Tensor) => Tensor][] = [
  [
    'take',
    (t) =>
      indexing.take(
        t,
        [
          [2, 0],
          [0, -1],
        ],
        0,
      ),
  ],
  ['take of all', (t) => indexing.take(t, [5, 5, 1])],
  ['gather', (t) => indexing.gather(t, [1, 1, 2])],
  [
    'takeAlongAxis',
    (t) =>
      indexing.takeAlongAxis(t, [
        [0, 1, 1],
        [3, 3, 3],
        [2, 0, -1],
      ]),
  ],
  ['takeAlongAxis with shared indices', (t) => indexing.takeAlongAxis(t, [[0, 1, 1]])],
  ['sort', (t) => indexing.sort(t, 0)],
  ['sort descending', (t) => indexing.sort(t, -1, { descending: true })],
  ['topK', (t) => indexing.topK(t, 2).values],
]

/** With repeated places, so that `set` must find who wins and the extremes who is larger. */
const SCATTERS: [string, (data: Tensor, updates: Tensor) => Tensor][] = [
  ['scatterAdd', (data, updates) => indexing.scatterAdd(data, [0, 2, 0], updates)],
  ['scatterSet', (data, updates) => indexing.scatterSet(data, [0, 2, 0], updates)],
  ['scatterMax', (data, updates) => indexing.scatterMax(data, [0, 2, -3], updates)],
  ['scatterMin', (data, updates) => indexing.scatterMin(data, [0, 2, 0], updates)],
  ['scatterSet along the last axis', (data, updates) => indexing.scatterSet(data, [1, 1, 2], updates, 1)],
  [
    'putAlongAxis',
    (data, updates) =>
      indexing.putAlongAxis(
        data,
        [
          [0, 1, 1],
          [2, 2, 2],
          [0, 2, -3],
        ],
        updates,
      ),
  ],
  [
    'putAlongAxis with max',
    (data, updates) =>
      indexing.putAlongAxis(
        data,
        [
          [0, 1, 1],
          [2, 2, 2],
          [0, 2, 0],
        ],
        updates,
        1,
        { mode: 'max' },
      ),
  ],
]

const squared = (f: (x: Tensor) => Tensor) => (t: Tensor) =>
  withTemporaries(() => {
    const y = f(t)
    return mul(y, y)
  })

describe('first and second order', () => {
  it.each(PICKS)('%s', (_, pick) => expectGradient(squared(pick), x, { second: true }))

  it.each(SCATTERS)('%s, of data and updates', (_, scatter) => {
    expectGradient(
      squared((t) => scatter(slice(t, [0, 3]), slice(t, [3, 6]))),
      both,
      { second: true },
    )
  })
})
