/**
 * The contraction primitive: two operands with a label per axis. Everything linear (dot, matmul, tensordot, einsum,
 * convolution and all their gradients) comes down to this.
 */
import { permuteLayout, type View } from '@nabla/backend'
import { allocate, commonBackend } from '../engine/deliver.js'
import { track } from '../engine/recording.js'
import type { PrimitiveParameters } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'

type Labels = PrimitiveParameters['contract']

/** Axes of a view in the order of `labels`, given the view's own labels. */
function arrange(view: View, own: readonly number[], labels: readonly number[]): View {
  return { ...view, ...permuteLayout(view, labels.map((label) => own.indexOf(label))) }
}

/**
 * Σ over the labels that both operands have and the output has not. Lengths of equal labels agree (checked by the
 * callers, who know how to explain it); labels of one operand that are not in the output must be in the other.
 */
export function contract(operation: string, left: Tensor, right: Tensor, labels: Labels): Tensor {
  const backend = commonBackend(operation, [left, right])
  const inLeft = (label: number): boolean => labels.left.includes(label)
  const inRight = (label: number): boolean => labels.right.includes(label)
  const batch = labels.output.filter((label) => inLeft(label) && inRight(label))
  const rows = labels.output.filter((label) => inLeft(label) && !inRight(label))
  const columns = labels.output.filter((label) => !inLeft(label) && inRight(label))
  const contracted = labels.left.filter((label) => inRight(label) && !labels.output.includes(label))
  const lengthOf = (label: number): number =>
    (inLeft(label) ? left.shape[labels.left.indexOf(label)] : right.shape[labels.right.indexOf(label)]) as number
  const { tensor, view } = allocate(operation, left.dtype, labels.output.map(lengthOf), [left, right])
  backend.run({
    kind: 'contract',
    label: operation,
    batch: batch.length,
    rows: rows.length,
    columns: columns.length,
    contracted: contracted.length,
    left: arrange(left.view(operation), labels.left, [...batch, ...rows, ...contracted]),
    right: arrange(right.view(operation), labels.right, [...batch, ...contracted, ...columns]),
    scalars: [],
    output: arrange(view, labels.output, [...batch, ...rows, ...columns]),
  })
  return track(tensor, [left, right], () => ({
    primitive: 'contract',
    operation,
    parameters: labels,
    inputs: [left, right],
  }))
}
