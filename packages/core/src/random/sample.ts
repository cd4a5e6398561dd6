/**
 * How a distribution is defined: the expression of one sample over two random words and some numbers.
 */
import {
  type DType,
  DTypeError,
  type Expr,
  type FloatDType,
  isFloat,
  type Shape,
  scalar,
  ValueError,
} from '@nabla/backend'
import { defaultBackend } from '../engine/default-backend.js'
import { requireShape } from '../ops/creation/require-shape.js'
import type { TensorOptions } from '../ops/creation/tensor.js'
import { generate } from '../primitives/fill.js'
import { makeTensor, type Tensor } from '../tensor.js'
import { defaultGenerator, type Generator } from './generator.js'
import { randomWords, type Words, wordScalars } from './words.js'

export interface RandomOptions<D extends DType = DType> extends TensorOptions<D> {
  /** Where the random numbers come from; default: the default generator (see `setSeed`). */
  readonly generator?: Generator
}

/**
 * A function that fills a shape with samples.
 *
 * @param parameterType the type that the numbers are given in, from that of the result
 * @param build the expression of a sample of type `dtype`
 */
export function distribution<D extends DType>(
  operation: string,
  parameterType: (dtype: D) => DType,
  build: (words: Words, parameters: readonly Expr[], dtype: D) => Expr,
): (shape: Shape, dtype: D, parameters: readonly number[], options: RandomOptions) => Tensor {
  const kernels = new Map<string, Expr>()
  const kernelFor = (rank: number, dtype: D, count: number): Expr => {
    const key = `${rank}:${dtype}`
    const known = kernels.get(key)
    if (known !== undefined) return known
    const words = randomWords(rank)
    const parameters = Array.from({ length: count }, (_, i) =>
      scalar(words.nextScalar + i, parameterType(dtype)),
    )
    const expression = build(words, parameters, dtype)
    kernels.set(key, expression)
    return expression
  }
  return (shape, dtype, parameters, { backend = defaultBackend(), generator = defaultGenerator() }) => {
    requireShape(operation, shape)
    const expression = kernelFor(shape.length, dtype, parameters.length)
    return generate(makeTensor, backend, operation, expression, shape.slice(), [
      ...wordScalars(generator, shape),
      ...parameters,
    ])
  }
}

/** The floating-point type asked for. */
export function requireFloat(operation: string, dtype: DType = 'float32'): FloatDType {
  if (isFloat(dtype)) return dtype
  throw new DTypeError(operation, {
    expected: 'a floating-point dtype',
    received: dtype,
    fix: 'draw floats and cast them, or use randint for whole numbers',
  })
}

/** Checks numbers that describe a distribution. */
export function requireParameters(
  operation: string,
  isValid: boolean,
  expected: string,
  received: string,
): void {
  if (isValid) return
  throw new ValueError(operation, { expected, received, fix: `pass ${expected}` })
}
