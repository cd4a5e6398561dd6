/**
 * BatchedTensor: what a function sees while vmap runs it. It has the shape of one example; the values of all of them
 * are in the physical tensor beneath, whose first axis is the batch. No kernel ever sees it: batching rules compute on
 * what lies beneath.
 */
import { formatShape, rowMajorLayout, ValueError, type View } from '@nabla/backend'
import { formatTensor } from '../engine/format.js'
import { Tensor } from '../tensor.js'
import type { Level } from './level.js'

export class BatchedTensor extends Tensor {
  /** @internal All examples, the batch axis in front. It may be batched itself, by an outer vmap. */
  readonly physical: Tensor
  /** @internal The vmap that made it. */
  readonly level: Level
  /** Whether freeing it frees the physical tensor. Not while an outer gradient may need that. */
  private readonly owns: boolean

  constructor(physical: Tensor, level: Level) {
    const { dtype, reference } = physical
    super({
      storage: reference.storage,
      dtype,
      layout: rowMajorLayout(physical.shape.slice(1)),
      reference,
    })
    this.physical = physical
    this.level = level
    this.owns = !level.isRecorded
  }

  /** @internal There is no view for one example: whoever asks wants values, or has no batching rule. */
  override view(operation: string): View {
    super.view(operation)
    throw new ValueError(operation, {
      expected: 'a tensor with values of its own',
      received: `one that stands for all ${this.level.size} examples of a vmap: ${this.dtype} ${formatShape(this.shape)} each`,
      fix: 'return it from the function and do this with the result of vmap, reduced over the batch where one value is needed, or compute it outside of vmap',
    })
  }

  override dispose(): void {
    if (this.owns) super.dispose()
    else this.leave()
  }

  /** @internal */
  override free(reason: string): void {
    if (this.owns) super.free(reason)
    else this.leave()
  }

  private leave(): void {
    this.owner?.remove(this)
    this.node = undefined
  }

  // Reads fail under the name that was called.

  override async array(): Promise<never> {
    return this.refuse('array')
  }

  override async item(): Promise<never> {
    return this.refuse('item')
  }

  override async print(): Promise<never> {
    return this.refuse('print')
  }

  private refuse(operation: string): never {
    this.view(operation)
    throw new RangeError(`${operation}: a batched tensor has no view`)
  }

  override toString(): string {
    const { dtype, shape, level } = this
    return formatTensor(dtype, shape, undefined, `for each of the ${level.size} examples of a vmap`)
  }
}
