/**
 * Recording: while a gradient is being computed, every primitive whose inputs depend on its arguments leaves a node on
 * its output. Nodes form the graph that backward walks; nothing is recorded otherwise.
 */
import type { Tensor } from '../tensor.js'
import { inspector } from './inspection.js'
import type { GraphNode } from './primitives.js'
import type { Owner } from './scope.js'

/** One gradient computation in progress. */
export interface Recording {
  /** The batch that an input belongs to, if one does: the results go to it. */
  batch: Owner | undefined
  /** The scope that an input belongs to, for platforms where no scope is current after an `await`. */
  scope: Owner | undefined
}

const stack: Recording[] = []
let paused = 0
let serial = 0
/** Gradient computations around this point, which record some of the time. */
let computations = 0
/** Nodes below this number are left over from computations that have ended. */
let since = 0

/** Whether primitives leave nodes on their results at this point. */
export function isRecording(): boolean {
  return stack.length > 0 && paused === 0
}

/** A number above that of every node recorded so far. */
export function nextSerial(): number {
  serial += 1
  return serial
}

/** Whether a tensor depends on the arguments of a computation in progress. */
export function isTracked(x: Tensor): boolean {
  if (x.node === undefined) return false
  if (computations > 0 && (x.node.serial ?? 0) >= since) return true
  // A kept tensor must not hold on to the graph that it came from.
  x.node = undefined
  return false
}

/** Runs a whole gradient computation, in which `record` is called for the part to be recorded. */
export function computing<R>(run: () => R): R {
  if (computations === 0) since = nextSerial()
  computations += 1
  try {
    return run()
  } finally {
    computations -= 1
  }
}

/** Runs `run` with recording. */
export function record<R>(recording: Recording, run: () => R): R {
  const outerPauses = paused
  stack.push(recording)
  paused = 0
  try {
    return run()
  } finally {
    stack.pop()
    paused = outerPauses
  }
}

/** Runs `run` without recording. */
export function withoutRecording<R>(run: () => R): R {
  paused += 1
  try {
    return run()
  } finally {
    paused -= 1
  }
}

/** Lets the innermost computation know an input, which may decide who its results go to. */
export function notice(input: Tensor): void {
  const { owner } = input
  const top = stack[stack.length - 1]
  if (owner === undefined || top === undefined) return
  if (owner.isBatch) top.batch ??= owner
  else if (owner.inherits) top.scope ??= owner
}

/** Leaves the node on the output if an input is tracked; `node` is made only then. */
export function track(output: Tensor, inputs: readonly Tensor[], node: () => GraphNode): Tensor {
  inspector.current?.result(output, inputs, output.reference.operation)
  if (stack.length === 0) return output
  let tracked = false
  for (const input of inputs) {
    if (isTracked(input)) tracked = true
    notice(input)
  }
  if (tracked && paused === 0) {
    output.node = node()
    output.node.serial = nextSerial()
    inspector.current?.recorded(output.node)
  }
  return output
}
