/** Indexing: picking, combining and ordering by position. */
import * as n from '@nabla/core'
import { ANY, differentiable, discrete, filled, indices, NUMBERS, type Operation, of } from '../operation.js'

const rows = indices([4], [2, 0, -1, 2])
const grid = indices([2, 2], [1, 0, 2, 1])
const along = indices([3, 2], [3, 0, -1, 1, 2, 2])

export const INDEXING: readonly Operation[] = [
  differentiable({
    functions: ['take', 'gather', 'takeAlongAxis'],
    dtypes: ANY,
    inputs: [of(3, 4), rows, grid, along],
    run: ([x, line, box, each]) => [
      n.take(x, line),
      n.take(x, line, 0),
      n.take(x, box, 1),
      n.gather(x, line),
      n.gather(x, box, 1),
      n.takeAlongAxis(x, each),
    ],
  }),
  differentiable({
    functions: ['scatterAdd'],
    dtypes: NUMBERS,
    inputs: [of(3, 4), rows, of(4, 4)],
    run: ([x, line, updates]) => [n.scatterAdd(x, line, updates), n.scatterAdd(x, line, 2)],
  }),
  differentiable({
    functions: ['scatterSet'],
    dtypes: ANY,
    inputs: [of(3, 4), rows, of(4, 4), of(3, 2), indices([2], [3, 1])],
    run: ([x, line, updates, few, columns]) => [
      n.scatterSet(x, line, updates),
      n.scatterSet(x, columns, few, 1),
    ],
  }),
  differentiable({
    functions: ['scatterMax', 'scatterMin'],
    dtypes: NUMBERS,
    inputs: [
      of(3, 4),
      rows,
      filled([4, 4], [9, -8, 7.5, 1.25, -3, 6, 5, -2.5, 4, 0.125, 8, -7, 2.75, 3.5, -6, 1.75]),
    ],
    run: ([x, line, updates]) => [n.scatterMax(x, line, updates), n.scatterMin(x, line, updates)],
    smooth: false,
  }),
  differentiable({
    functions: ['putAlongAxis'],
    dtypes: ANY,
    inputs: [of(3, 4), indices([3, 2], [3, 0, 2, 1, 0, 2]), of(3, 2)],
    run: ([x, each, values]) => [n.putAlongAxis(x, each, values), n.putAlongAxis(x, each, 1)],
  }),
  differentiable({
    functions: ['sort'],
    dtypes: NUMBERS,
    inputs: [of(3, 5)],
    run: ([x]) => [n.sort(x), n.sort(x, 0), n.sort(x, 1, { descending: true })],
    smooth: false,
  }),
  discrete({
    functions: ['argsort', 'searchSorted'],
    dtypes: NUMBERS,
    inputs: [of(3, 5), filled([5], [1, 2, 2, 4, 7]), filled([4], [0, 2, 5, 9])],
    run: ([x, sorted, values]) => [
      n.argsort(x),
      n.argsort(x, 0, { descending: true }),
      n.searchSorted(sorted, values),
      n.searchSorted(sorted, values, { side: 'right' }),
    ],
  }),
  differentiable({
    functions: ['topK'],
    dtypes: NUMBERS,
    inputs: [of(3, 5)],
    run: ([x]) => {
      const { values, indices: places } = n.topK(x, 2)
      return [values, places]
    },
    smooth: false,
  }),
  discrete({
    functions: ['oneHot'],
    dtypes: ANY,
    inputs: [indices([2, 3], [0, 2, 1, 3, 0, 2])],
    run: ([classes], { dtype }) => n.oneHot(classes, 4, { dtype }),
  }),
  discrete({
    functions: ['nonzero', 'booleanMask'],
    dtypes: ANY,
    inputs: [filled([3, 3], [0, 1, 0, 1, 1, 0, 0, 0, 1]), filled([3], [1, 0, 1], 'bool')],
    run: async ([x, mask]) => [
      ...(await n.nonzero(x)),
      await n.booleanMask(x, mask),
      await n.booleanMask(x, x),
    ],
  }),
]
