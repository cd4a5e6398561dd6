/**
 * Random numbers: the same seed gives the same bits everywhere, so results are those of the reference in the same type,
 * and those that were written down when the generator was made.
 */
import * as n from '@nabla/core'
import { differentiable, discrete, FLOATS, filled, type Operation, of, type Place } from '../operation.js'

const seeded = ({ backend }: Place, seed: number) => ({ backend, generator: new n.Generator(seed) })

export const RANDOM: readonly Operation[] = [
  discrete({
    functions: ['uniform'],
    dtypes: FLOATS,
    inputs: [],
    run: (_, place) => [
      n.uniform([3, 5], { ...seeded(place, 1), dtype: place.dtype }),
      n.uniform([7], { ...seeded(place, 2 ** 40), low: -2, high: 3, dtype: place.dtype }),
    ],
    sameType: true,
    tolerance: 2,
  }),
  discrete({
    functions: ['normal', 'truncatedNormal'],
    dtypes: FLOATS,
    inputs: [],
    run: (_, place) => [
      n.normal([4, 5], { ...seeded(place, 2), dtype: place.dtype }),
      n.normal([6], { ...seeded(place, 3), mean: 1, standardDeviation: 0.5, dtype: place.dtype }),
      n.truncatedNormal([4, 5], { ...seeded(place, 4), dtype: place.dtype }),
    ],
    sameType: true,
    // The shading language allows cosines an absolute error of 2^-11.
    tolerance: 2 ** 14,
  }),
  discrete({
    functions: ['bernoulli'],
    dtypes: ['bool', 'float32'],
    inputs: [filled([3], [0, 0.5, 1], 'float32')],
    run: ([chances], place) => [
      n.bernoulli([5, 5], 0.3, { ...seeded(place, 5), dtype: place.dtype }),
      n.bernoulli([2, 3], chances, { ...seeded(place, 6), dtype: place.dtype }),
    ],
    sameType: true,
  }),
  discrete({
    functions: ['randint'],
    dtypes: ['uint8', 'int32', 'uint32'],
    inputs: [],
    run: (_, place) => [
      n.randint([5, 5], 0, 10, { ...seeded(place, 7), dtype: place.dtype }),
      n.randint([9], 3, 200, { ...seeded(place, 8), dtype: place.dtype }),
    ],
    sameType: true,
  }),
  discrete({
    functions: ['permutation', 'shuffle', 'categorical'],
    dtypes: ['int32'],
    // Random order is the order of random words.
    needs: ['uint32'],
    inputs: [of(6, 2), filled([2, 3], [0, 1, 2, 3, 0, 0], 'float32')],
    run: ([x, logits], place) => [
      n.permutation(9, seeded(place, 9)),
      n.shuffle(x, { generator: new n.Generator(10) }),
      n.categorical(logits, { generator: new n.Generator(11), samples: 4 }),
    ],
    sameType: true,
  }),
  differentiable({
    functions: ['dropout'],
    inputs: [of(4, 5)],
    run: ([x]) => [
      n.dropout(x, 0.4, { generator: new n.Generator(12) }),
      n.dropout(x, 0, { generator: new n.Generator(13) }),
    ],
  }),
]
