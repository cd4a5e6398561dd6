/** Creation, conversion and copies. */
import * as n from '@nabla/core'
import { ANY, differentiable, discrete, FLOATS, NUMBERS, type Operation, of } from '../operation.js'

export const CREATION: readonly Operation[] = [
  discrete({
    functions: ['tensor', 'tensorFrom'],
    dtypes: ANY,
    inputs: [],
    run: (_, place) => [
      n.tensor(
        [
          [0, 1, 1],
          [1, 0, 1],
        ],
        place,
      ),
      n.tensor(1, place),
      n.tensor([], place),
      n.tensorFrom([1, 0, 1, 1], [2, 2], place),
    ],
  }),
  discrete({
    functions: ['zeros', 'ones', 'full', 'zerosLike', 'onesLike', 'fullLike'],
    dtypes: ANY,
    inputs: [of(2, 3)],
    run: ([x], place) => [
      n.zeros([3, 2], place),
      n.ones([5], place),
      n.full([2, 2], 1, place),
      n.full([0, 2], 1, place),
      n.zerosLike(x),
      n.onesLike(x),
      n.fullLike(x, 1),
    ],
  }),
  discrete({
    functions: ['eye'],
    dtypes: ANY,
    inputs: [],
    run: (_, place) => [
      n.eye(3, undefined, place),
      n.eye(2, 4, { ...place, diagonal: 1 }),
      n.eye(4, 3, { ...place, diagonal: -2 }),
    ],
  }),
  discrete({
    functions: ['arange'],
    dtypes: NUMBERS,
    inputs: [],
    run: (_, place) => [
      n.arange(5, place),
      n.arange(2, 9, 3, place),
      n.arange(7, 0, -2, place),
      n.arange(0, place),
    ],
  }),
  discrete({
    functions: ['linspace'],
    dtypes: FLOATS,
    inputs: [],
    run: (_, place) => [
      n.linspace(0, 1, 5, place),
      n.linspace(-2, 3, 7, { ...place, endpoint: false }),
      n.linspace(4, 5, 1, place),
    ],
  }),
  discrete({
    functions: ['cast'],
    dtypes: ['bool', 'uint8', 'int32', 'uint32'],
    inputs: [of(3, 4)],
    run: ([x]) => (['bool', 'int32', 'float32'] as const).map((to) => n.cast(x, to)),
  }),
  differentiable({
    functions: ['cast'],
    dtypes: FLOATS,
    inputs: [of(3, 4)],
    // Into the widest type, where no bits are lost and differences are those of the identity.
    run: ([x], { backend }) =>
      n.cast(x, backend.capabilities.dtypes.includes('float64') ? 'float64' : 'float32'),
  }),
]
