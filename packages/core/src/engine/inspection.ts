/**
 * A place for one observer of every result that a primitive makes: how `detectAnomaly` sees the first NaN.
 */
import type { Tensor } from '../tensor.js'
import type { GraphNode } from './primitives.js'

export interface Inspector {
  /** Called with each result right after it was computed. */
  result(output: Tensor, inputs: readonly Tensor[], operation: string): void
  /** Called with each step that was recorded. */
  recorded(node: GraphNode): void
  /** Called before and after the gradient rule of a recorded step runs. */
  differentiates(node: GraphNode | undefined): void
}

export const inspector: { current: Inspector | undefined } = { current: undefined }
