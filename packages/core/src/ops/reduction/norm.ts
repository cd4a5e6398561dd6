/**
 * Vector norms over some or all axes.
 */
import {
  type DType,
  expressions as e,
  input,
  normalizeAxes,
  type Shape,
  scalar,
  ValueError,
} from '@nabla/backend'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import type { ToFloat } from '../../types/dtypes.js'
import { retype } from '../../types/typed.js'
import { type ReductionOptions, requireElements } from './options.js'
import { safePower, safeRoot } from './safe-root.js'
import { inFloat } from './sum.js'

export interface NormOptions<K extends boolean = boolean> extends ReductionOptions<K> {
  /** p in (Σ |x|^p)^(1/p); Infinity for the largest, -Infinity for the smallest magnitude; default 2 (Euclidean). */
  readonly order?: number
}

function normOf(x: Tensor, axes: readonly number[], order: number, keepdims: boolean): Tensor {
  const { dtype } = x
  const magnitude = e.absolute(input(0, dtype))
  if (order === 2) {
    const squares = map('norm', e.multiply(input(0, dtype), input(0, dtype)), [x])
    return map('norm', safeRoot(dtype), [reduce('norm', 'sum', squares, axes, keepdims)])
  }
  if (order === 1) return reduce('norm', 'sum', map('norm', magnitude, [x]), axes, keepdims)
  if (!Number.isFinite(order)) {
    requireElements('norm', x.shape, axes)
    return reduce('norm', order > 0 ? 'maximum' : 'minimum', map('norm', magnitude, [x]), axes, keepdims)
  }
  const powers = map('norm', e.power(magnitude, scalar(0, dtype)), [x], [order])
  return map('norm', safePower(dtype), [reduce('norm', 'sum', powers, axes, keepdims)], [1 / order])
}

/**
 * The norm of the elements over some or all axes, as one vector: (Σ |x|^p)^(1/p). Integers give float32. The gradient
 * at zero is zero.
 *
 * @throws ValueError for an order that is not positive, ShapeError for an infinite order over nothing.
 * @example
 * norm(tensor([3, 4])) // 5
 * norm(tensor([[3, -4], [1, 1]]), 1, { order: Infinity }) // [4, 1]
 */
export function norm<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(
  x: Tensor<A, T>,
  axes?: X,
  { order = 2, keepdims }: NormOptions<K> = {},
): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  if (!(order > 0 || order === -Infinity)) {
    throw new ValueError('norm', {
      expected: 'an order above 0, Infinity or -Infinity',
      received: `order ${order}`,
      fix: 'use countNonzero for the number of elements that are not zero; other orders up to 0 are not norms',
    })
  }
  const sorted = normalizeAxes('norm', axes, x.ndim)
  return retype(inFloat('norm', x, (floats) => normOf(floats, sorted, order, keepdims ?? false)))
}
