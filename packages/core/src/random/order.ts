/**
 * Random order: permutations and shuffles.
 */
import { type DType, normalizeAxis, type Shape } from '@nabla/backend'
import { requireTensor } from '../engine/operands.js'
import { withoutRecording } from '../engine/recording.js'
import { withTemporaries } from '../engine/temporaries.js'
import { gather } from '../primitives/gather.js'
import { sort } from '../primitives/sort.js'
import { reshape } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import { retype } from '../types/typed.js'
import type { Generator } from './generator.js'
import { distribution, type RandomOptions } from './sample.js'

const drawWords = /* @__PURE__ */ distribution<'uint32'>(
  'permutation',
  (dtype) => dtype,
  ({ first }) => first,
)

/**
 * The whole numbers from 0 to `count` - 1 in random order, int32: the order of `count` random words.
 *
 * @example permutation(4) // for example [2, 0, 3, 1]
 */
export function permutation<const N extends number>(
  count: N,
  options: Omit<RandomOptions, 'dtype'> = {},
): Tensor<[N], 'int32'> {
  return retype(
    withTemporaries(() => sort('permutation', drawWords([count], 'uint32', [], options), 0, false).indices),
  )
}

export interface ShuffleOptions {
  /** The axis along which slices change places; default 0. */
  readonly axis?: number
  readonly generator?: Generator
}

/**
 * The slices of a tensor along an axis, in random order. Gradients flow through it.
 *
 * @example shuffle(samples)
 */
export function shuffle<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { axis = 0, generator }: ShuffleOptions = {},
): Tensor<S, D> {
  requireTensor('shuffle', x)
  const at = normalizeAxis('shuffle', axis, x.shape.length)
  const length = x.shape[at] as number
  return retype(
    withTemporaries(() => {
      const order = withoutRecording(() => {
        const flat = permutation(length, { backend: x.backend, ...(generator && { generator }) })
        return reshape(
          'shuffle',
          flat,
          x.shape.map((_, each) => (each === at ? length : 1)),
        )
      })
      return gather('shuffle', x, order, at)
    }),
  )
}
