/**
 * Contractions: one dispatch, or two where sums are formed in slices or the epilogue reads too many buffers.
 */
import type { Buffer, ContractCall, ProgramScalar } from '@nabla/backend'
import type { DeviceFacts, Dispatch, KernelPlan, Planner, Scratch } from '../../plan/plan.js'
import { type Choose, chooseWay, type Way } from './choose.js'
import { directDispatch } from './direct.js'
import { finishDispatch } from './finish.js'
import { type Problem, problemOf, type TargetView, transposed } from './problem.js'
import { type Slices, slicesOf } from './slices.js'
import { stageInputs } from './stage.js'
import { type Destination, finalDestination, partialDestination } from './store.js'
import { tiledDispatch } from './tiled.js'

type Call = ContractCall<Buffer, ProgramScalar>

/** The problem as the way wants its sides. */
const turned = ({ transposed: isTurned }: Way, problem: Problem): Problem =>
  isTurned ? transposed(problem) : problem

function productDispatch(
  problem: Problem,
  facts: DeviceFacts,
  way: Way,
  slices: Slices,
  destination: Destination,
): Dispatch {
  return way.kind === 'tiled'
    ? tiledDispatch(problem, facts, way.tile, slices, destination)
    : directDispatch(problem, facts, way.direct, slices, destination)
}

const countBuffers = (views: readonly TargetView[]): number => new Set(views.map(({ buffer }) => buffer)).size

/** The dispatches after those that left sums in scratch memory. */
function finishPlan(
  call: Call,
  problem: Problem,
  facts: DeviceFacts,
  way: Way,
  sums: Scratch,
  slices: number,
): KernelPlan {
  const { output, inputs } = problem.target
  const room = facts.maximumStorageBuffers - 1
  if (countBuffers([output, ...inputs]) <= room) return [finishDispatch(problem, facts, sums, slices)]
  const staged = stageInputs(call.label, facts, output.shape, call.postInputs ?? [], output.buffer, room)
  const after = turned(way, problemOf({ ...call, postInputs: staged.inputs }))
  return [...staged.dispatches, finishDispatch(after, facts, sums, slices)]
}

/** The plan of a contraction by a kernel that `choose` picks. */
export function planContraction(call: Call, facts: DeviceFacts, choose: Choose): KernelPlan {
  const whole = problemOf(call)
  const elements = whole.batches * whole.rows * whole.columns
  if (elements === 0) return []
  const way = choose(whole, facts)
  const problem = turned(way, whole)
  const unit = way.kind === 'tiled' ? way.tile.depth : 4 * way.direct.lanes
  const slices = slicesOf(whole.depth, way.slices, unit)
  const { output, inputs } = whole.target
  const buffers = countBuffers([call.left, call.right, output, ...inputs])
  if (slices.count === 1 && buffers <= facts.maximumStorageBuffers) {
    return [productDispatch(problem, facts, way, slices, finalDestination(problem, facts))]
  }
  const scratch: Scratch = { kind: 'scratch', words: slices.count * elements }
  const sums = productDispatch(problem, facts, way, slices, partialDestination(problem, scratch))
  return [sums, ...finishPlan(call, problem, facts, way, scratch, slices.count)]
}

export const planContract: Planner<Call> = (call, facts) => planContraction(call, facts, chooseWay)
