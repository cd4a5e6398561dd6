/**
 * Order along an axis. The gradient goes where each value came from.
 */
import { batching } from '../engine/batching.js'
import { allocate } from '../engine/deliver.js'
import { type GradientRule, inputAt } from '../engine/gradient-rule.js'
import type { GraphNodeOf } from '../engine/primitives.js'
import { isRecording, isTracked, track } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { fillLike } from './fill-like.js'
import { scatter } from './gather.js'

const sortRule: GradientRule<'sort'> = ({ operation, parameters, inputs, cotangent }) => {
  const label = `${operation} gradient`
  const zeros = fillLike(label, cotangent, cotangent.shape, 0)
  return [scatter(label, 'add', zeros, inputAt(inputs, 1), cotangent, parameters.axis)]
}

/** Values in order along an axis, and where each came from. */
export function sort(
  operation: string,
  x: Tensor,
  axis: number,
  descending: boolean,
): { readonly values: Tensor; readonly indices: Tensor } {
  const step = (inputs: readonly Tensor[]): GraphNodeOf<'sort'> => ({
    primitive: 'sort',
    operation,
    parameters: { axis, descending },
    inputs,
    rule: sortRule,
  })
  const results = batching.current?.apply(step([x])) ?? sortNow(operation, x, axis, descending)
  const [values, indices] = [results[0] as Tensor, results[1] as Tensor]
  return { values: track(values, [x], () => step([x, indices])), indices }
}

function sortNow(operation: string, x: Tensor, axis: number, descending: boolean): readonly Tensor[] {
  const values = allocate(operation, x.dtype, x.shape, [x])
  const indices = allocate(operation, 'int32', x.shape, [x])
  x.backend.run({
    kind: 'sort',
    label: operation,
    axis,
    descending,
    input: x.view(operation),
    values: values.view,
    indices: indices.view,
  })
  return [values.tensor, indices.tensor]
}

/** The sorted values alone; where each came from is computed only if a gradient will need it. */
export function sortValues(operation: string, x: Tensor, axis: number, descending: boolean): Tensor {
  if (batching.current !== undefined || (isRecording() && isTracked(x))) {
    return sort(operation, x, axis, descending).values
  }
  const { tensor, view } = allocate(operation, x.dtype, x.shape, [x])
  x.backend.run({ kind: 'sort', label: operation, axis, descending, input: x.view(operation), values: view })
  return tensor
}

/** Only where the sorted values come from, as int32. */
export function sortIndices(operation: string, x: Tensor, axis: number, descending: boolean): Tensor {
  if (batching.current !== undefined) return sort(operation, x, axis, descending).indices
  const { tensor, view } = allocate(operation, 'int32', x.shape, [x])
  x.backend.run({ kind: 'sort', label: operation, axis, descending, input: x.view(operation), indices: view })
  return tensor
}
