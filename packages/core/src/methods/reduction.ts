/**
 * The methods of tensors that reduce. Each is the function of the same name.
 *
 * The methods of a tensor are spread over a chain of classes, one per group, to keep files small; `Tensor` is the last.
 */
import type { DType, Shape } from '@nabla/backend'
import { ReadableTensor } from '../engine/readable.js'
import * as reduction from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import type { ReducedBy, ReductionParameters, Summed } from '../types/axes.js'
import type { ToFloat } from '../types/dtypes.js'
import { retype } from '../types/typed.js'

type Over<O = object> = ReductionParameters<O>
type Along = readonly [axis?: number, options?: reduction.ReductionOptions]

export abstract class ReductionMethods<out S extends Shape, out D extends DType> extends ReadableTensor<
  S,
  D
> {
  /** Sum over axes. @see sum */
  sum<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, Summed<A['dtype']>> {
    return retype(reduction.sum(this, parameters[0], parameters[1]))
  }

  /** Mean over axes. @see mean */
  mean<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, ToFloat<A['dtype']>> {
    return retype(reduction.mean(this, parameters[0], parameters[1]))
  }

  /** Product over axes. @see prod */
  prod<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, Summed<A['dtype']>> {
    return retype(reduction.prod(this, parameters[0], parameters[1]))
  }

  /** Largest element over axes. @see max */
  max<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, A['dtype']> {
    return retype(reduction.max(this, parameters[0], parameters[1]))
  }

  /** Smallest element over axes. @see min */
  min<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, A['dtype']> {
    return retype(reduction.min(this, parameters[0], parameters[1]))
  }

  /** Whether any element over axes is true. @see any */
  any<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, 'bool'> {
    return retype(reduction.any(this, parameters[0], parameters[1]))
  }

  /** Whether all elements over axes are true. @see all */
  all<A extends Tensor, const P extends Over = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, 'bool'> {
    return retype(reduction.all(this, parameters[0], parameters[1]))
  }

  /** Position of the largest along an axis. @see argmax */
  argmax<A extends Tensor, const P extends Along = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, 'int32'> {
    return retype(reduction.argmax(this, parameters[0], parameters[1]))
  }

  /** Position of the smallest along an axis. @see argmin */
  argmin<A extends Tensor, const P extends Along = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, 'int32'> {
    return retype(reduction.argmin(this, parameters[0], parameters[1]))
  }

  /** Variance over axes. @see variance */
  variance<A extends Tensor, const P extends Over<reduction.MomentOptions> = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, ToFloat<A['dtype']>> {
    return retype(reduction.variance(this, parameters[0], parameters[1]))
  }

  /** Standard deviation over axes. @see standardDeviation */
  standardDeviation<A extends Tensor, const P extends Over<reduction.MomentOptions> = []>(
    this: A,
    ...parameters: P
  ): Tensor<ReducedBy<A['shape'], P>, ToFloat<A['dtype']>> {
    return retype(reduction.standardDeviation(this, parameters[0], parameters[1]))
  }

  /** exp(x) / Σ exp(x) along an axis, by default the last. @see softmax */
  softmax<A extends Shape, T extends DType>(this: Tensor<A, T>, axis?: number): Tensor<A, ToFloat<T>> {
    return reduction.softmax(this, axis)
  }

  /** The logarithm of softmax. @see logSoftmax */
  logSoftmax<A extends Shape, T extends DType>(this: Tensor<A, T>, axis?: number): Tensor<A, ToFloat<T>> {
    return reduction.logSoftmax(this, axis)
  }
}
