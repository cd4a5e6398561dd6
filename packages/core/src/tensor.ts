/**
 * Tensor: the handle that users hold, with the common operations as methods. Each method is the function of the same
 * name; operations that are used less often exist as functions only. Reductions and movements are in the classes below it
 * (methods/).
 *
 * Methods take their own type parameters through `this`, so that the class stays covariant in shape and dtype and a
 * `Tensor<[2, 3]>` is a `Tensor`.
 */
import type { DType, Shape } from '@nabla/backend'
import type { HandleParts } from './engine/handle.js'
import { MovementMethods } from './methods/movement.js'
import * as elementwise from './ops/elementwise/index.js'
import { type Dot, type Dottable, dot, matmul, type ProductType } from './ops/linear-algebra/index.js'
import type { ToFloat, ToNumber } from './types/dtypes.js'
import type { BinaryResult, Fits, Meets, Operand, TernaryResult } from './types/operands.js'
import type { Matmul, Matmulable } from './types/shapes.js'

export class Tensor<out S extends Shape = Shape, out D extends DType = DType> extends MovementMethods<S, D> {
  /** @internal */
  get make(): typeof makeTensor {
    return makeTensor
  }

  // Arithmetic

  /** Sum. @see add */
  add<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'number', A, B> {
    return elementwise.add<A, B>(this, other)
  }

  /** Difference. @see sub */
  sub<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'number', A, B> {
    return elementwise.sub<A, B>(this, other)
  }

  /** Product. @see mul */
  mul<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'number', A, B> {
    return elementwise.mul<A, B>(this, other)
  }

  /** Quotient; integers are divided as float32. @see div */
  div<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'float', A, B> {
    return elementwise.div<A, B>(this, other)
  }

  /** Power. @see pow */
  pow<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'number', A, B> {
    return elementwise.pow<A, B>(this, other)
  }

  /** The larger of two. @see maximum */
  maximum<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'any', A, B> {
    return elementwise.maximum<A, B>(this, other)
  }

  /** The smaller of two. @see minimum */
  minimum<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'any', A, B> {
    return elementwise.minimum<A, B>(this, other)
  }

  /** The negative. @see neg */
  neg<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.neg(this)
  }

  /** The absolute value. @see abs */
  abs<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.abs(this)
  }

  /** -1, 0 or 1. @see sign */
  sign<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.sign(this)
  }

  /** x · x. @see square */
  square<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.square(this)
  }

  /** The square root. @see sqrt */
  sqrt<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.sqrt(this)
  }

  /** 1 / x. @see reciprocal */
  reciprocal<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.reciprocal(this)
  }

  // Comparison and logic

  /** a = b. @see equal */
  equal<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'compare', A, B> {
    return elementwise.equal<A, B>(this, other)
  }

  /** a ≠ b. @see notEqual */
  notEqual<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'compare', A, B> {
    return elementwise.notEqual<A, B>(this, other)
  }

  /** a < b. @see less */
  less<A extends Tensor, B extends Operand>(this: A, other: B & Meets<A, B>): BinaryResult<'compare', A, B> {
    return elementwise.less<A, B>(this, other)
  }

  /** a ≤ b. @see lessEqual */
  lessEqual<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'compare', A, B> {
    return elementwise.lessEqual<A, B>(this, other)
  }

  /** a > b. @see greater */
  greater<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'compare', A, B> {
    return elementwise.greater<A, B>(this, other)
  }

  /** a ≥ b. @see greaterEqual */
  greaterEqual<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'compare', A, B> {
    return elementwise.greaterEqual<A, B>(this, other)
  }

  /** Both. @see logicalAnd */
  logicalAnd<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'logical', A, B> {
    return elementwise.logicalAnd<A, B>(this, other)
  }

  /** At least one. @see logicalOr */
  logicalOr<A extends Tensor, B extends Operand>(
    this: A,
    other: B & Meets<A, B>,
  ): BinaryResult<'logical', A, B> {
    return elementwise.logicalOr<A, B>(this, other)
  }

  /** Not. @see logicalNot */
  logicalNot<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, 'bool'> {
    return elementwise.logicalNot(this)
  }

  /** Whether each element is NaN. @see isNaN */
  isNaN<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, 'bool'> {
    return elementwise.isNaN(this)
  }

  // Elementwise functions

  /** e to the power of each element. @see exp */
  exp<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.exp(this)
  }

  /** The natural logarithm. @see log */
  log<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.log(this)
  }

  /** Sine. @see sin */
  sin<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.sin(this)
  }

  /** Cosine. @see cos */
  cos<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.cos(this)
  }

  /** Hyperbolic tangent. @see tanh */
  tanh<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.tanh(this)
  }

  /** Rounded down. @see floor */
  floor<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.floor(this)
  }

  /** Rounded up. @see ceil */
  ceil<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.ceil(this)
  }

  /** Rounded, ties to even. @see round */
  round<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.round(this)
  }

  /** Values below `low` raised to it, above `high` lowered to it. @see clip */
  clip<A extends Tensor, L extends Operand, H extends Operand>(
    this: A,
    low: L & Fits<A, L>,
    high: H & Fits<A, H> & Fits<L, H>,
  ): TernaryResult<'number', A, L, H> {
    return elementwise.clip<A, L, H>(this, low, high)
  }

  /** Values as another type. @see cast */
  cast<A extends Shape, const T extends DType>(this: Tensor<A>, dtype: T): Tensor<A, T> {
    return elementwise.cast(this, dtype)
  }

  // Activations

  /** max(x, 0). @see relu */
  relu<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToNumber<T>> {
    return elementwise.relu(this)
  }

  /** The logistic function. @see sigmoid */
  sigmoid<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return elementwise.sigmoid(this)
  }

  // Linear algebra

  /** Matrix product, batches broadcasting. @see matmul */
  matmul<A extends Shape, B extends Shape, T extends DType, U extends DType>(
    this: Tensor<A, T>,
    other: Tensor<B, U> & Matmulable<A, B>,
  ): Tensor<Matmul<A, B>, ProductType<T, U>> {
    return matmul<A, B, T, U>(this, other)
  }

  /** Dot product with NumPy's rules for every rank. @see dot */
  dot<A extends Shape, B extends Shape, T extends DType, U extends DType>(
    this: Tensor<A, T>,
    other: Tensor<B, U> & Dottable<A, B>,
  ): Tensor<Dot<A, B>, ProductType<T, U>> {
    return dot<A, B, T, U>(this, other)
  }
}

/** How results of operations become tensors. @internal */
export function makeTensor(parts: HandleParts): Tensor {
  return new Tensor(parts)
}
