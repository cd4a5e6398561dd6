/**
 * The place where vmap steps in: while a function runs over a batch, primitives with a batched input are computed by
 * their batching rules. The rules are installed by vmap itself (batching/), so a program without it doesn't carry them.
 */
import type { Tensor } from '../tensor.js'
import type { GraphNode, LeafNode } from './primitives.js'
import { track } from './recording.js'

/** A primitive about to be computed. */
export type Step = Exclude<GraphNode, LeafNode>

export interface Batching {
  /** The results of a step by its batching rule; `undefined` where no input is batched. */
  apply(step: Step): readonly Tensor[] | undefined
  isBatched(x: Tensor): boolean
  /** A batched tensor with something done to what lies beneath it; `undefined` for other tensors. */
  rewrap(x: Tensor, change: (physical: Tensor) => Tensor): Tensor | undefined
}

export const batching: { current: Batching | undefined } = { current: undefined }

/** The result of a primitive, by `run` or by its batching rule, with its node where a gradient is being recorded. */
export function perform(inputs: readonly Tensor[], node: () => Step, run: () => Tensor): Tensor {
  return track(batching.current?.apply(node())?.[0] ?? run(), inputs, node)
}
