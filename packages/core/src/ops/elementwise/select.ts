/**
 * Choosing between values: where, maximum and minimum, clip, interpolation, and replacing what isn't finite.
 */
import {
  type DType,
  type Expr,
  expressions as e,
  type FloatDType,
  isFloat,
  type Shape,
  ValueError,
} from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type {
  Fits,
  MeetingDType,
  MeetingShape,
  Operand,
  TernaryResult,
  UnaryResult,
} from '../../types/operands.js'
import { binary, callable, operation, ternary } from './define.js'

/** The larger of two; NaN if either is. Equal operands share the gradient. @example maximum(tensor([1, 5]), 3) // [3, 5] */
export const maximum = /* @__PURE__ */ binary('maximum', 'any', e.maximum)
/** The smaller of two; NaN if either is. Equal operands share the gradient. @example minimum(tensor([1, 5]), 3) // [1, 3] */
export const minimum = /* @__PURE__ */ binary('minimum', 'any', e.minimum)

type Where = <C extends Tensor, A extends Operand, B extends Operand>(
  condition: C,
  whenTrue: A & Fits<C, A>,
  whenFalse: B & Fits<C, B> & Fits<A, B>,
) => Tensor<MeetingShape<C, A, B>, MeetingDType<A, B>>

const selection = /* @__PURE__ */ operation('where', 'select', e.select, {}, 3)

/**
 * `whenTrue` where the condition holds (is not 0), else `whenFalse`; all three broadcast. Two plain numbers make it
 * float32.
 *
 * @example where(x.greater(0), x, 0)
 */
export const where = /* @__PURE__ */ callable<Where>(
  (condition: Tensor, whenTrue: Operand, whenFalse: Operand) =>
    selection.run([condition, whenTrue, whenFalse]),
  selection,
)

type Clip = <X extends Tensor, L extends Operand, H extends Operand>(
  x: X,
  low: L & Fits<X, L>,
  high: H & Fits<X, H> & Fits<L, H>,
) => TernaryResult<'number', X, L, H>

const clipping = /* @__PURE__ */ operation(
  'clip',
  'number',
  (x, low, high) => {
    const raised = e.select(e.less(x, low), low, x)
    return e.select(e.less(high, raised), high, raised)
  },
  {
    domain: [
      [1.2, 2],
      [-1, 1],
      [2.2, 3],
    ],
  },
  3,
)

function checkLimits(low: Operand, high: Operand): void {
  if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return
  throw new ValueError('clip', {
    expected: 'a lower limit that is not above the upper one',
    received: `low ${low} and high ${high}`,
    fix: 'swap them: clip(x, low, high)',
  })
}

/**
 * Values below `low` raised to it and values above `high` lowered to it. Limits are numbers or tensors that broadcast.
 * The derivative is 1 at the limits themselves. NaN stays NaN.
 *
 * @throws ValueError if both limits are numbers and low > high.
 * @example clip(tensor([-2, 0.5, 3]), 0, 1) // [0, 0.5, 1]
 */
export const clip = /* @__PURE__ */ callable<Clip>((x: Tensor, low: Operand, high: Operand) => {
  checkLimits(low, high)
  return clipping.run([x, low, high])
}, clipping)

/**
 * From `a` (weight 0) to `b` (weight 1) in a straight line; exact at both ends.
 *
 * @example lerp(tensor([0, 10]), tensor([1, 20]), 0.5) // [0.5, 15]
 */
export const lerp = /* @__PURE__ */ ternary('lerp', 'float', (a, b, weight) => {
  const distance = e.subtract(b, a)
  const fromA = e.multiplyAdd(distance, weight, a)
  const fromB = e.subtract(b, e.multiply(distance, e.subtract(1, weight)))
  return e.select(e.less(weight, 0.5), fromA, fromB)
})

const LARGEST: Readonly<Record<FloatDType, number>> = {
  float16: 65504,
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
}

export interface NanToNumOptions {
  /** In place of NaN; default 0. */
  readonly nan?: number
  /** In place of Infinity; default the largest finite number of the dtype. */
  readonly posInf?: number
  /** In place of -Infinity; default the lowest finite number of the dtype. */
  readonly negInf?: number
}

const replacing = /* @__PURE__ */ operation(
  'nanToNum',
  'number',
  (x, nan, posInf, negInf) => {
    if (!isFloat(x.dtype)) return x
    const infinite: Expr = e.select(e.less(x, 0), negInf, posInf)
    return e.select(e.isNaN(x), nan, e.select(e.isFinite(x), x, infinite))
  },
  {},
  1,
  [0, 2, 1],
)

/**
 * NaN and infinities replaced by numbers. Integers stay as they are.
 *
 * @example nanToNum(tensor([1, NaN, Infinity])) // [1, 0, 3.4028234663852886e38]
 */
export const nanToNum = /* @__PURE__ */ callable<
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    options?: NanToNumOptions,
  ) => UnaryResult<'number', S, D>
>((x: Tensor, { nan = 0, posInf, negInf }: NanToNumOptions = {}) => {
  const largest = isFloat(x.dtype) ? LARGEST[x.dtype] : 0
  return replacing.run(isFloat(x.dtype) ? [x, nan, posInf ?? largest, negInf ?? -largest] : [x, 0, 0, 0])
}, replacing)
