/** A map as shaders see it: views over few axes, ordered so that the innermost is the one along which the output lies. */
import type { DType, Expr, MapCall, ProgramScalar, View } from '@nabla/backend'
import { type ExpressionLeaves, leavesOf } from '../../expression/leaves.js'
import type { Memory } from '../memory.js'
import { buildNest, flipBackward, orderByStride, type Steps } from '../nest.js'

/** A view of the call, over the axes of the nest. */
export interface Operand extends Steps {
  readonly memory: Memory
  readonly dtype: DType
}

export interface MapProblem {
  readonly label: string
  /** Outermost first; never empty. */
  readonly lengths: readonly number[]
  readonly expressions: readonly Expr[]
  readonly leaves: ExpressionLeaves
  readonly scalars: readonly ProgramScalar[]
  /** One for each expression. */
  readonly outputs: readonly Operand[]
  /** The inputs that are read, one for each of `leaves.inputs`. */
  readonly inputs: readonly Operand[]
  /** For each of `leaves.axes`, which axis of the nest it is; -1 where it has length 1. */
  readonly axes: readonly number[]
  /** One bool; where it is false nothing is done. */
  readonly when: { readonly memory: Memory; readonly offset: number } | undefined
}

export function mapProblem(call: MapCall<Memory, ProgramScalar>): MapProblem {
  const { shape, expressions, outputs, when } = call
  const leaves = leavesOf(expressions)
  const inputs = [...leaves.inputs.keys()].map((slot) => call.inputs[slot] as View<Memory>)
  // A coordinate is a view, too: it steps along one axis.
  const coordinates = leaves.axes.map(
    (axis): Steps => ({ offset: 0, strides: shape.map((_, each) => Number(each === axis)) }),
  )
  const [first] = outputs as readonly [View<Memory>]
  const given: readonly Steps[] = [...outputs, ...inputs, ...coordinates]
  // Coordinates count upwards.
  const views = coordinates.length > 0 ? given : flipBackward(shape, first, given)
  const order = orderByStride(views[0] as Steps, [...shape.keys()])
  const nest = buildNest(shape, views, order)
  // Spelled out: copying by spread is slow, and eager work does this for every call.
  const operand = ({ buffer, dtype }: View<Memory>, position: number): Operand => {
    const { offset, strides } = nest.views[position] as Steps
    return { memory: buffer, dtype, offset, strides }
  }
  return {
    label: call.label,
    lengths: nest.lengths,
    expressions,
    leaves,
    scalars: call.scalars,
    outputs: outputs.map(operand),
    inputs: inputs.map((view, i) => operand(view, outputs.length + i)),
    axes: nest.views.slice(outputs.length + inputs.length).map(({ strides }) => strides.indexOf(1)),
    when: when && { memory: when.buffer, offset: when.offset },
  }
}
