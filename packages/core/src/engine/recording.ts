/**
 * Recording: while a gradient is being computed, every primitive whose inputs depend on its arguments leaves a node on
 * its output. Nodes form the graph that backward walks; nothing is recorded otherwise.
 */
import type { Tensor } from '../tensor.js'
import type { GraphNode } from './primitives.js'
import type { Owner } from './scope.js'

/** One gradient computation in progress. */
export interface Recording {
  /** The owner of the batch or step that an input belongs to, if one does: the results go to it. */
  owner: Owner | undefined
}

const stack: Recording[] = []
let paused = 0

/** How many gradient computations are in progress around this point. */
export function recordingDepth(): number {
  return stack.length
}

export function isRecording(): boolean {
  return stack.length > 0 && paused === 0
}

/** Runs `run` as a new innermost gradient computation. */
export function record<R>(recording: Recording, run: () => R): R {
  stack.push(recording)
  try {
    return run()
  } finally {
    stack.pop()
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

/** Leaves the node on the output if an input is tracked; `node` is made only then. */
export function track(output: Tensor, inputs: readonly Tensor[], node: () => GraphNode): Tensor {
  if (stack.length === 0) return output
  const top = stack[stack.length - 1] as Recording
  let tracked = false
  for (const input of inputs) {
    if (input.node !== undefined) tracked = true
    const { owner } = input
    if (owner !== undefined && !owner.inherits) top.owner ??= owner
  }
  if (tracked && paused === 0) output.node = node()
  return output
}
