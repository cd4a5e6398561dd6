/**
 * Gradients under the user's control: none at all, or written by hand.
 */

import type { DType, Shape } from '@nabla/backend'
import { formatShape, ShapeError, ValueError } from '@nabla/backend'
import { requireTensor } from '../engine/operands.js'
import { withoutRecording } from '../engine/recording.js'
import { withTemporaries } from '../engine/temporaries.js'
import { custom } from '../primitives/custom.js'
import { detach } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import { retype } from '../types/typed.js'
import { requireOutput } from './recorded-function.js'

/**
 * The same values, as a constant for every gradient.
 *
 * @example grad((x: Tensor) => x.mul(stopGradient(x)).sum())(x) // x, not 2x
 */
export function stopGradient<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  requireTensor('stopGradient', x)
  return retype(detach('stopGradient', x))
}

/** What a gradient written by hand is computed from. */
export interface CustomContext<Inputs extends readonly Tensor[]> {
  readonly inputs: Inputs
  readonly output: Tensor
}

/** One cotangent per input, `undefined` for zero; or the cotangent itself where there is one input. */
export type CustomCotangents = Tensor | readonly (Tensor | undefined)[]

function checkCotangents(
  operation: string,
  inputs: readonly Tensor[],
  given: CustomCotangents,
): readonly (Tensor | undefined)[] {
  const cotangents: readonly (Tensor | undefined)[] = Array.isArray(given) ? given : [given as Tensor]
  if (cotangents.length !== inputs.length) {
    throw new ValueError(operation, {
      expected: `${inputs.length} cotangent${inputs.length === 1 ? '' : 's'}, one per input`,
      received: String(cotangents.length),
      fix: 'return an array with one entry per input, undefined where the gradient is zero',
    })
  }
  cotangents.forEach((cotangent, position) => {
    const input = inputs[position] as Tensor
    if (cotangent === undefined) return
    requireTensor(operation, cotangent)
    if (formatShape(cotangent.shape) === formatShape(input.shape) && cotangent.dtype === input.dtype) return
    throw new ShapeError(operation, {
      expected: `a cotangent of ${input.dtype} ${formatShape(input.shape)} for input ${position}, like the input`,
      received: `${cotangent.dtype} ${formatShape(cotangent.shape)}`,
      fix: 'sum over the axes along which the input was broadcast, or reshape or cast the result',
    })
  })
  return cotangents
}

/**
 * A function whose gradient is written by hand, for where the derived one is unstable or slow. What `forward` does
 * inside isn't differentiated; the gradient of the gradient is that of the operations in `backward`.
 *
 * @param forward computes the result from tensors; everything to be differentiated must be among its arguments
 * @param backward the cotangents of the inputs from that of the result
 * @example
 * const clippedGradient = customGradient(
 *   (x: Tensor) => x.mul(1),
 *   (cotangent) => cotangent.clip(-1, 1),
 * )
 */
export function customGradient<Inputs extends readonly Tensor[], R extends Tensor>(
  forward: (...inputs: Inputs) => R,
  backward: (cotangent: Tensor, context: CustomContext<Inputs>) => CustomCotangents,
): (...inputs: Inputs) => R {
  const operation = forward.name === '' ? 'customGradient' : `customGradient ${forward.name}`
  return (...inputs) => {
    for (const input of inputs) requireTensor(operation, input)
    const output = withTemporaries(() =>
      withoutRecording(() => {
        const result = requireOutput(operation, forward(...inputs))
        // An input that is passed through gets a handle of its own, since the rule goes on the result's.
        return inputs.includes(result) || result.node !== undefined ? detach(operation, result) : result
      }),
    )
    const rule = (
      cotangent: Tensor,
      given: readonly Tensor[],
      result: Tensor,
    ): readonly (Tensor | undefined)[] =>
      checkCotangents(
        operation,
        given,
        backward(cotangent, { inputs: given as readonly Tensor[] as Inputs, output: result }),
      )
    return custom(operation, output, inputs, rule) as R
  }
}
