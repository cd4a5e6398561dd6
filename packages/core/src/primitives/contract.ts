/**
 * The contraction primitive: two operands with a label per axis. Everything linear (dot, matmul, tensordot, einsum,
 * convolution and all their gradients) comes down to this.
 */
import { permuteLayout, type Shape, type View } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { PrimitiveParameters } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'

type Labels = PrimitiveParameters['contract']

/** What labels mean for a kernel: the groups of axes, and the order that brings each view's axes into them. */
interface Plan {
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly contracted: number
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly output: readonly number[]
}

/** Operations that are called often pass the same labels object again and again. */
const plans = new WeakMap<Labels, Plan>()

function planOf(labels: Labels): Plan {
  const known = plans.get(labels)
  if (known !== undefined) return known
  const inLeft = (label: number): boolean => labels.left.includes(label)
  const inRight = (label: number): boolean => labels.right.includes(label)
  const batch = labels.output.filter((label) => inLeft(label) && inRight(label))
  const rows = labels.output.filter((label) => inLeft(label) && !inRight(label))
  const columns = labels.output.filter((label) => !inLeft(label) && inRight(label))
  const contracted = labels.left.filter((label) => inRight(label) && !labels.output.includes(label))
  const plan = {
    batch: batch.length,
    rows: rows.length,
    columns: columns.length,
    contracted: contracted.length,
    left: [...batch, ...rows, ...contracted].map((label) => labels.left.indexOf(label)),
    right: [...batch, ...contracted, ...columns].map((label) => labels.right.indexOf(label)),
    output: [...batch, ...rows, ...columns].map((label) => labels.output.indexOf(label)),
  }
  plans.set(labels, plan)
  return plan
}

function arrange(view: View, order: readonly number[]): View {
  return { ...view, ...permuteLayout(view, order) }
}

function outputShape({ left, right, output }: Labels, leftShape: Shape, rightShape: Shape): number[] {
  return output.map((label) => {
    const axis = left.indexOf(label)
    return (axis >= 0 ? leftShape[axis] : rightShape[right.indexOf(label)]) as number
  })
}

/**
 * Σ over the labels that both operands have and the output has not. Lengths of equal labels agree (checked by the
 * callers, who know how to explain it); labels of one operand that are not in the output must be in the other.
 */
export function contract(operation: string, left: Tensor, right: Tensor, labels: Labels): Tensor {
  return perform(
    [left, right],
    () => ({
      primitive: 'contract',
      operation,
      parameters: labels,
      inputs: [left, right],
    }),
    () => {
      const backend = commonBackend(operation, [left, right])
      const plan = planOf(labels)
      const shape = outputShape(labels, left.shape, right.shape)
      const { tensor, view } = allocate(operation, left.dtype, shape, [left, right])
      backend.run({
        kind: 'contract',
        label: operation,
        batch: plan.batch,
        rows: plan.rows,
        columns: plan.columns,
        contracted: plan.contracted,
        left: arrange(left.view(operation), plan.left),
        right: arrange(right.view(operation), plan.right),
        scalars: [],
        output: arrange(view, plan.output),
      })
      return tensor
    },
  )
}
