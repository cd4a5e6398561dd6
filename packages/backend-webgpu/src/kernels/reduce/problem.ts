/** A reduction as shaders see it: views over few kept and few reduced axes. */
import type { DType, Expr, ProgramScalar, ReduceCall, View } from '@nabla/backend'
import { type ExpressionLeaves, leavesOf } from '../../expression/leaves.js'
import type { Memory } from '../memory.js'
import { buildNest, orderByStride, type Steps } from '../nest.js'
import { type Fold, foldOf, resultType } from './fold.js'

/** A view of what is reduced. */
export interface Source {
  readonly memory: Memory
  readonly dtype: DType
  readonly kept: Steps
  /** Its offset is 0. */
  readonly reduced: Steps
}

/** A view of the results. */
export interface Target {
  readonly memory: Memory
  readonly dtype: DType
  readonly kept: Steps
}

/** What is made of results before they are stored. */
export interface Ending {
  readonly post: Expr
  readonly leaves: ExpressionLeaves
  /** For each input of `leaves` but the first, which is the result. */
  readonly inputs: readonly Target[]
  /** For each of `leaves.axes`, which kept axis of the nest it is; -1 where it has length 1. */
  readonly axes: readonly number[]
}

export interface ReduceProblem {
  readonly label: string
  readonly fold: Fold
  /** Part of a shader's key: the operation and the type of its elements. */
  readonly name: string
  /** Outermost first; never empty. */
  readonly kept: readonly number[]
  readonly reduced: readonly number[]
  readonly expression: Expr
  readonly leaves: ExpressionLeaves
  readonly inputs: readonly Source[]
  /** For each of `leaves.axes`, which axis of the nests it is; `undefined` where it has length 1. */
  readonly axes: readonly ({ readonly nest: 'kept' | 'reduced'; readonly position: number } | undefined)[]
  readonly scalars: readonly ProgramScalar[]
  /** The type of the result itself. */
  readonly result: DType
  readonly ending: Ending | undefined
  readonly output: Target
}

const along = (rank: number, axis: number): Steps => ({
  offset: 0,
  strides: Array.from({ length: rank }, (_, each) => Number(each === axis)),
})

/** The axis of a nest along which a coordinate steps. */
const positionOf = (steps: Steps | undefined): number => steps?.strides.indexOf(1) ?? -1

export function reduceProblem(call: ReduceCall<Memory, ProgramScalar>): ReduceProblem {
  const { shape, axes, expression, output, post, operation } = call
  const rank = shape.length
  const leaves = leavesOf([expression])
  const postLeaves = post && leavesOf([post])
  const inputs = [...leaves.inputs.keys()].map((slot) => call.inputs[slot] as View<Memory>)
  const slots = [...(postLeaves?.inputs.keys() ?? [])].filter((slot) => slot > 0)
  const postViews = slots.map((slot) => call.postInputs?.[slot - 1] as View<Memory>)
  const coordinates = leaves.axes.map((axis) => along(rank, axis))
  const postCoordinates = (postLeaves?.axes ?? []).map((axis) => along(rank, axis))

  const all = [...shape.keys()]
  const keptAxes = all.filter((axis) => !axes.includes(axis))
  const keptViews = [output, ...inputs, ...coordinates, ...postViews, ...postCoordinates]
  const kept = buildNest(shape, keptViews, orderByStride(output, keptAxes))
  // Positions count in row-major order; else the order is that in which memory lies.
  const [first] = inputs
  const isOrdered = operation === 'argMax' || operation === 'argMin'
  const order = isOrdered || first === undefined ? axes : orderByStride(first, axes)
  const reduced = buildNest(
    shape,
    [...inputs, ...coordinates].map(({ strides }) => ({ offset: 0, strides })),
    order,
  )

  const steps = (nest: typeof kept, from: number, count: number): readonly Steps[] =>
    nest.views.slice(from, from + count)
  const keptInputs = steps(kept, 1, inputs.length)
  const afterInputs = 1 + inputs.length
  const afterCoordinates = afterInputs + coordinates.length
  return {
    label: call.label,
    fold: foldOf(operation, expression.dtype),
    name: `${operation} ${expression.dtype}`,
    kept: kept.lengths,
    reduced: reduced.lengths,
    expression,
    leaves,
    inputs: inputs.map(({ buffer, dtype }, i) => ({
      memory: buffer,
      dtype,
      kept: keptInputs[i] as Steps,
      reduced: reduced.views[i] as Steps,
    })),
    axes: leaves.axes.map((axis, i) => {
      const nest = axes.includes(axis) ? 'reduced' : 'kept'
      const position = positionOf(
        nest === 'kept' ? kept.views[afterInputs + i] : reduced.views[inputs.length + i],
      )
      return position < 0 ? undefined : { nest, position }
    }),
    scalars: call.scalars,
    result: resultType(operation, expression.dtype),
    ending: post &&
      postLeaves && {
        post,
        leaves: postLeaves,
        inputs: postViews.map(({ buffer, dtype }, i) => ({
          memory: buffer,
          dtype,
          kept: kept.views[afterCoordinates + i] as Steps,
        })),
        axes: steps(kept, afterCoordinates + postViews.length, postCoordinates.length).map(positionOf),
      },
    output: { memory: output.buffer, dtype: output.dtype, kept: kept.views[0] as Steps },
  }
}
