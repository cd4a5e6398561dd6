/**
 * Variables: named places whose tensor is replaced over time — weights, running statistics, optimizer state.
 * Tensors are immutable; a variable is what changes.
 */
import {
  type Backend,
  BackendError,
  type DType,
  formatShape,
  type Shape,
  ShapeError,
  sameShape,
  ValueError,
} from '@nabla/backend'
import { type Journal, noteChange, type Rewind } from './engine/journal.js'
import { requireTensor } from './engine/operands.js'
import { isRecording, isTracked } from './engine/recording.js'
import { currentOwner, Scope } from './engine/scope.js'
import { tracing } from './engine/tracing.js'
import { variableChanges } from './engine/variable-changes.js'
import { detach } from './primitives/views.js'
import type { Tensor } from './tensor.js'
import { retype } from './types/typed.js'

export interface VariableOptions {
  /** Shown in summaries, checkpoints and messages. */
  readonly name?: string
  /** Whether training changes it; default true. */
  readonly trainable?: boolean
}

/** A handle for a variable to hold: the tensor itself, unless someone else goes on using it. */
function hold<S extends Shape, D extends DType>(
  variable: Variable<S, D>,
  tensor: Tensor<S, D>,
): Tensor<S, D> {
  const isTaken = tensor.holder !== undefined || isTracked(tensor)
  const own = (isTaken ? retype<S, D>(detach('variable', tensor)) : tensor).keep()
  own.holder = variable
  return own
}

/**
 * A tensor that can be replaced by another of the same shape and dtype.
 *
 * @example
 * const weight = new Variable(zeros([3, 2]), { name: 'weight' })
 * weight.assign(weight.value.sub(0.1))
 */
export class Variable<out S extends Shape = Shape, out D extends DType = DType> {
  name: string
  trainable: boolean
  #current: Tensor<S, D>
  /** Whether someone outside may have the tensor that it holds. */
  #isShown = true
  /** Stands in for the tensor while a gradient is taken with respect to the variable. */
  #tracked: Tensor<S, D> | undefined
  /** Stands in for the tensor, and takes what is assigned, while a checkpointed segment runs again. */
  #rehearsed: Tensor<S, D> | undefined

  /** Takes the tensor over: it leaves its scope and lives as long as the variable. */
  constructor(initial: Tensor<S, D>, { name = 'variable', trainable = true }: VariableOptions = {}) {
    requireTensor('Variable', initial)
    const { current } = tracing
    this.#current = hold(this, current === undefined ? initial : retype<S, D>(current.materialize(initial)))
    this.name = name
    this.trainable = trainable
  }

  /** The tensor that it holds now. Inside `variableGradients` over this variable, gradients flow to it. */
  get value(): Tensor<S, D> {
    return this.#tracked ?? this.#rehearsed ?? this.#own
  }

  /** What it holds where nothing stands in for it; in a traced function, what that has given it so far. */
  get #own(): Tensor<S, D> {
    const { current } = tracing
    if (current !== undefined) return retype(current.valueOf(this, this.#current))
    this.#show()
    return this.#current
  }

  #show(): void {
    if (this.#isShown) return
    this.#isShown = true
    variableChanges.count += 1
  }

  get shape(): S {
    return this.#current.shape
  }

  get dtype(): D {
    return this.#current.dtype
  }

  /** Number of elements. */
  get size(): number {
    return this.#current.size
  }

  get backend(): Backend {
    return this.#current.backend
  }

  /**
   * Replaces the tensor. The variable takes `next` over; the tensor that it held is freed.
   *
   * @throws ShapeError when shape or dtype differ, BackendError when the backend does.
   */
  assign(next: Tensor): void {
    requireTensor(`assign to "${this.name}"`, next)
    next.view(`assign to "${this.name}"`)
    this.#requireLike(next)
    if (this.#tracked !== undefined) {
      throw new ValueError(`assign to "${this.name}"`, {
        expected: 'no change of a variable inside the function that is differentiated with respect to it',
        received: 'an assignment while its gradient is being computed',
        fix: 'assign after variableGradients returned, or leave the variable out of the list',
      })
    }
    if (this.#rehearsed !== undefined) {
      this.#rehearsed = next
    } else if (next !== this.#own) {
      noteChange(this, (journal) => this.#remember(journal))
      if (tracing.current === undefined) this.#replace(hold(this, next))
      else tracing.current.assign(this, next)
    }
  }

  #requireAlike(next: Tensor): asserts next is Tensor<S, D> {
    const { shape, dtype } = this.#current
    if (next.dtype !== dtype || !sameShape(next.shape, shape)) {
      throw new ShapeError(`assign to "${this.name}"`, {
        expected: `${dtype} ${formatShape(shape)}`,
        received: `${next.dtype} ${formatShape(next.shape)}`,
        fix: 'reshape or cast the new value, or make a new variable',
      })
    }
  }

  #requireLike(next: Tensor): asserts next is Tensor<S, D> {
    this.#requireAlike(next)
    const { backend } = this
    if (next.backend !== backend) {
      throw new BackendError(`assign to "${this.name}"`, {
        expected: `a tensor on the variable's backend "${backend.name}"`,
        received: `one on "${next.backend.name}"`,
        fix: 'move it first: await tensor.to(variable.backend); await variable.to(backend) moves the variable',
      })
    }
  }

  #replace(next: Tensor<S, D>): void {
    const previous = this.#current
    this.#current = next
    this.#isShown = false
    this.#show()
    // A gradient in progress may still read the old tensor: it goes when that computation ends.
    const owner = currentOwner()
    if (owner !== undefined && !(owner instanceof Scope && !isRecording())) owner.adopt(previous)
    else previous.free(this.#ending)
  }

  /** The state for a checkpointed segment that runs again: the same values on a handle of its own. */
  #remember({ tensors }: Journal): Rewind {
    const before = retype<S, D>(detach('variable', this.#own))
    tensors.push(before)
    return () => {
      const outer = this.#rehearsed
      this.#rehearsed = before
      return () => {
        this.#rehearsed = outer
      }
    }
  }

  /** Moves the variable to another backend. Its tensor there replaces the one here. */
  async to(backend: Backend): Promise<void> {
    if (backend === this.backend) return
    const moved = await this.#current.to(backend)
    this.#replace(hold(this, moved))
  }

  /**
   * Takes over a tensor of the same shape and dtype on any backend, where the variable lives from then on: for values that
   * come from elsewhere, when those that it holds can't be read any more.
   */
  replace(next: Tensor): void {
    requireTensor(`replace "${this.name}"`, next)
    this.#requireAlike(next)
    this.#replace(hold(this, next))
  }

  /** @internal Runs with other tensors in place of the variables' own: how gradients with respect to them are taken. */
  static substitute<R>(variables: readonly Variable[], tensors: readonly Tensor[], run: () => R): R {
    const outer = variables.map((variable) => variable.#tracked)
    variables.forEach((variable, position) => {
      variable.#tracked = tensors[position]
    })
    try {
      return run()
    } finally {
      variables.forEach((variable, position) => {
        variable.#tracked = outer[position]
      })
    }
  }

  /** @internal The tensor behind it, also while a function is traced. */
  get held(): Tensor<S, D> {
    return this.#current
  }

  /** @internal Whether someone may have the tensor that it holds, and must see that it is gone once it is overwritten. */
  get isShown(): boolean {
    return this.#isShown
  }

  /** @internal Takes over a new tensor with what a captured program has written, or will write. */
  settle(next: Tensor): void {
    const previous = this.#current
    this.#current = retype<S, D>(next)
    this.#current.holder = this
    this.#isShown = false
    variableChanges.count += 1
    previous.free(this.#ending)
  }

  get #ending(): string {
    return `when variable "${this.name}" was given a new value`
  }

  /** @internal Takes over a copy of what it holds. Whoever has the old tensor goes on with it. */
  relocate(copy: Tensor): void {
    const previous = this.#current
    this.#current = hold(this, retype<S, D>(copy))
    this.#isShown = false
    this.#show()
    previous.holder = undefined
    previous.disown()
  }

  dispose(): void {
    tracing.current?.discard(this)
    this.#current.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
