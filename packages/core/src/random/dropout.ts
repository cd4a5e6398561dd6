/**
 * Dropout: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014.
 */
import {
  type DType,
  DTypeError,
  type Expr,
  expressions as e,
  input,
  isFloat,
  type Shape,
  scalar,
  ValueError,
} from '@nabla/backend'
import { requireTensor } from '../engine/operands.js'
import { map } from '../primitives/map.js'
import type { Tensor } from '../tensor.js'
import { retype } from '../types/typed.js'
import { defaultGenerator, type Generator } from './generator.js'
import { randomWords, unitInterval, wordScalars } from './words.js'

const kernels = /* @__PURE__ */ new Map<string, Expr>()

/** x · scale where the element's random number reaches the rate, else 0. */
function kernelFor(rank: number, dtype: DType): Expr {
  const key = `${rank}:${dtype}`
  const known = kernels.get(key)
  if (known !== undefined) return known
  const words = randomWords(rank)
  const isKept = e.lessEqual(scalar(words.nextScalar, 'float32'), unitInterval(words, 'float32'))
  const kernel = e.select(isKept, e.multiply(input(0, dtype), scalar(words.nextScalar + 1, dtype)), 0)
  kernels.set(key, kernel)
  return kernel
}

/**
 * Sets a random part of the elements to 0 and scales the others, so that their sum stays the same on average. The mask
 * is part of the kernel: backward computes it again from the same key, and nothing is stored.
 *
 * @param rate the part that is set to 0, from 0 to 1
 * @example dropout(x, 0.5, { generator })
 */
export function dropout<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  rate: number,
  { generator = defaultGenerator() }: { readonly generator?: Generator } = {},
): Tensor<S, D> {
  requireTensor('dropout', x)
  if (!(rate >= 0 && rate <= 1)) {
    throw new ValueError('dropout', {
      expected: 'a rate from 0 to 1: the part that is set to 0',
      received: String(rate),
      fix: 'pass for example 0.5',
    })
  }
  if (!isFloat(x.dtype)) {
    throw new DTypeError('dropout', {
      expected: 'a floating-point tensor',
      received: x.dtype,
      fix: "cast it first: x.cast('float32')",
    })
  }
  const scalars = [...wordScalars(generator, x.shape), rate, rate === 1 ? 0 : 1 / (1 - rate)]
  return retype(map('dropout', kernelFor(x.shape.length, x.dtype), [x], scalars))
}
