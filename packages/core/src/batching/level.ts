/**
 * Levels: one running vmap each, and who frees what is made in it. Levels nest; the one that was entered last is
 * handled first, so that the rule of each sees tensors that at most outer levels have batched.
 */
import { type Batching, batching } from '../engine/batching.js'
import { isRecording } from '../engine/recording.js'
import { currentOwner, Owner, runOwned, tensorsIn } from '../engine/scope.js'
import { Tensor } from '../tensor.js'
import { BatchedTensor } from './batched-tensor.js'

let entered = 0

export class Level {
  /** Grows with each entry: of two levels, the inner one has the larger. */
  order = 0
  /** What is made while the level runs belongs to it. */
  owner: Owner | undefined
  /** Whether a gradient is being recorded around it, whose graph needs everything that is made beneath. */
  isRecorded = false

  constructor(
    /** Number of examples. */
    readonly size: number,
    private readonly rules: Batching,
  ) {}

  /** Whether it runs now. */
  get isOpen(): boolean {
    return this.owner !== undefined
  }

  /**
   * Runs synchronous code in this level. Everything made in it is freed, except tensors in the result, unless a
   * gradient around it is being recorded, which frees them later. A level may be entered again, by a gradient rule that
   * was written for one example.
   */
  run<R>(operation: string, body: () => R): R {
    const outer = currentOwner()
    const before = {
      rules: batching.current,
      order: this.order,
      owner: this.owner,
      recorded: this.isRecorded,
    }
    const owner = new Owner(`when ${operation} returned`, true)
    entered += 1
    this.order = entered
    this.owner = owner
    this.isRecorded = isRecording()
    batching.current = this.rules
    try {
      const result = runOwned(owner, body)
      if (this.isRecorded && outer !== undefined) owner.hand(outer)
      else
        owner.close(
          tensorsIn(result, (value) => value instanceof Tensor),
          outer?.closed === false ? outer : undefined,
        )
      return result
    } finally {
      batching.current = before.rules
      this.order = before.order
      this.owner = before.owner
      this.isRecorded = before.recorded
      if (!owner.closed) owner.close()
    }
  }

  /**
   * A fresh physical tensor, the batch in front, as what the function sees. Only one of the two handles is freed: the
   * visible one, or, while a gradient around it is recorded, the physical one.
   */
  wrap(physical: Tensor): BatchedTensor {
    const result = new BatchedTensor(physical, this)
    if (this.isRecorded) this.owner?.adopt(physical)
    else physical.owner?.remove(physical)
    currentOwner()?.adopt(result)
    return result
  }

  /** What lies beneath a tensor that this level has batched; `undefined` for others. */
  physicalOf(x: Tensor): Tensor | undefined {
    return x instanceof BatchedTensor && x.level === this ? x.physical : undefined
  }
}

/** The innermost level that any of the tensors is batched by. */
export function innermostLevel(tensors: readonly Tensor[]): Level | undefined {
  let found: Level | undefined
  for (const each of tensors) {
    if (each instanceof BatchedTensor && (found === undefined || each.level.order > found.order))
      found = each.level
  }
  return found
}
