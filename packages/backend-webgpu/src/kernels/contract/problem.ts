/**
 * A contraction as matrix products: each group of axes is one index, and the address of an element is the sum of an offset
 * for each group that it depends on. So transposed, broadcast and window views are all alike, and convolutions need no
 * matrix of windows in memory.
 */
import type { Buffer, ContractCall, DType, Expr, ProgramScalar, View } from '@nabla/backend'
import { type ExpressionLeaves, leavesOf } from '../../expression/leaves.js'
import type { Memory } from '../memory.js'
import { type Group, groupOf } from './group.js'
import { type Loading, loadingOf } from './loading.js'

/** A factor: a matrix of its free index (rows of the left one, columns of the right one) and the contracted index. */
export interface Operand {
  readonly view: View
  readonly batch: Group
  readonly free: Group
  readonly contracted: Group
  /** How it is best loaded, if its buffer lets it. */
  readonly loading: Loading
}

/** A view of the output's shape; inputs may have been brought into scratch memory. */
export type TargetView<M extends Memory = Memory> = View<M>

/** Where sums go, and what becomes of them on the way. Its groups hold the strides of the output, then of the inputs. */
export interface Target {
  readonly output: TargetView<Buffer>
  readonly post: Expr | undefined
  readonly leaves: ExpressionLeaves
  /** The inputs that `post` reads, by their slots; slot 0 is the sum. */
  readonly slots: readonly number[]
  readonly inputs: readonly TargetView[]
  readonly scalars: readonly ProgramScalar[]
  /** Whether `post` asks for coordinates; then axes aren't merged. */
  readonly usesCoordinates: boolean
  readonly batch: Group
  readonly rows: Group
  readonly columns: Group
}

export interface Problem {
  readonly label: string
  /** Of both operands and the sums. */
  readonly dtype: DType
  readonly batches: number
  readonly rows: number
  readonly columns: number
  /** How many products a sum has. */
  readonly depth: number
  readonly left: Operand
  readonly right: Operand
  readonly target: Target
}

/** A call to plan, some inputs of whose epilogue may be in scratch memory. */
export type PlannedContraction = Omit<ContractCall<Buffer, ProgramScalar>, 'postInputs'> & {
  readonly postInputs?: readonly TargetView[]
}

function targetOf({ batch, rows, columns, output, post, postInputs, scalars }: PlannedContraction): Target {
  const leaves = leavesOf(post === undefined ? [] : [post])
  const slots = [...leaves.inputs.keys()].filter((slot) => slot > 0)
  const inputs = slots.map((slot) => postInputs?.[slot - 1]).filter((view) => view !== undefined)
  const views = [output, ...inputs]
  const usesCoordinates = leaves.axes.length > 0
  return {
    output,
    post,
    leaves,
    slots,
    inputs,
    scalars,
    usesCoordinates,
    batch: groupOf(views, 0, batch, !usesCoordinates),
    rows: groupOf(views, batch, rows, !usesCoordinates),
    columns: groupOf(views, batch + rows, columns, !usesCoordinates),
  }
}

function operandOf(view: View, batch: Group, free: Group, contracted: Group): Operand {
  return { view, batch, free, contracted, loading: loadingOf(view.offset, batch, free, contracted) }
}

export function problemOf(call: PlannedContraction): Problem {
  const { batch, rows, columns, contracted } = call
  const [ofLeft, ofRight] = [[call.left], [call.right]]
  const left = operandOf(
    call.left,
    groupOf(ofLeft, 0, batch),
    groupOf(ofLeft, batch, rows),
    groupOf(ofLeft, batch + rows, contracted),
  )
  const right = operandOf(
    call.right,
    groupOf(ofRight, 0, batch),
    groupOf(ofRight, batch + contracted, columns),
    groupOf(ofRight, batch, contracted),
  )
  return {
    label: call.label,
    dtype: call.left.dtype,
    batches: left.batch.size,
    rows: left.free.size,
    columns: right.free.size,
    depth: left.contracted.size,
    left,
    right,
    target: targetOf(call),
  }
}

/** The same product with its sides exchanged: the transpose of a product is that of the transposes, the other way round. */
export function transposed(problem: Problem): Problem {
  const { target } = problem
  return {
    ...problem,
    rows: problem.columns,
    columns: problem.rows,
    left: problem.right,
    right: problem.left,
    target: { ...target, rows: target.columns, columns: target.rows },
  }
}

/** For errors and profiles. */
export function labelOf({ label, batches, rows, columns, depth }: Problem): string {
  const batch = batches === 1 ? '' : `${batches}, `
  return `${label} [${batch}${rows}, ${depth}] · [${batch}${depth}, ${columns}]`
}
