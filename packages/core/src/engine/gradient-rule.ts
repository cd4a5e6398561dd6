/**
 * What a gradient rule is: it gets the inputs, the output, the cotangent of the output and which gradients are needed,
 * and is written in ordinary primitives, so that gradients of gradients are free.
 */
import type { Tensor } from '../tensor.js'
import type { Primitive, PrimitiveParameters } from './primitives.js'

export interface RuleContext<P extends Primitive> {
  readonly operation: string
  readonly parameters: PrimitiveParameters[P]
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly cotangent: Tensor
  /** Whether the gradient of input `i` is wanted. */
  needs(input: number): boolean
}

/** One cotangent per input, `undefined` where it isn't needed or is zero. Shapes equal the inputs'. */
export type GradientRule<P extends Primitive> = (context: RuleContext<P>) => readonly (Tensor | undefined)[]

/** The input at a position that the primitive guarantees. */
export function inputAt(inputs: readonly Tensor[], position: number): Tensor {
  const input = inputs[position]
  if (input === undefined) throw new RangeError(`gradient rule: no input ${position}`)
  return input
}
