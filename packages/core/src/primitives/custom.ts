/**
 * The primitive with a gradient written by hand: values that were computed without recording, and the rule that goes
 * with them.
 */
import { batching } from '../engine/batching.js'
import type { CustomRule, GraphNodeOf } from '../engine/primitives.js'
import { track } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'

/** `output`, computed from `inputs`, with `rule` as its gradient. */
export function custom(
  operation: string,
  output: Tensor,
  inputs: readonly Tensor[],
  rule: CustomRule,
): Tensor {
  const step = (operands: readonly Tensor[]): GraphNodeOf<'custom'> => ({
    primitive: 'custom',
    operation,
    parameters: { rule },
    inputs: operands,
  })
  // Batching rewrites the output together with what it was computed from.
  const result = batching.current?.apply(step([output, ...inputs]))?.[0] ?? output
  return track(result, inputs, () => step(inputs))
}
