/**
 * Variables: named places whose tensor is replaced over time — weights, running statistics, optimizer state.
 * Tensors are immutable; a variable is what changes.
 */
import { type DType, formatShape, sameShape, type Shape, ShapeError } from '@nabla/backend'
import { currentOwner } from './engine/scope.js'
import type { Tensor } from './tensor.js'

export interface VariableOptions {
  /** Shown in summaries, checkpoints and messages. */
  readonly name?: string
  /** Whether training changes it; default true. */
  readonly trainable?: boolean
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
  #substitute: Tensor<S, D> | undefined

  /** Takes the tensor over: it leaves its scope and lives as long as the variable. */
  constructor(initial: Tensor<S, D>, { name = 'variable', trainable = true }: VariableOptions = {}) {
    this.#current = initial.keep()
    this.name = name
    this.trainable = trainable
  }

  /** The tensor that it holds now. Inside `valueAndGrad` over this variable, gradients flow to it. */
  get value(): Tensor<S, D> {
    return this.#substitute ?? this.#current
  }

  get shape(): S {
    return this.#current.shape
  }

  get dtype(): D {
    return this.#current.dtype
  }

  get size(): number {
    return this.#current.size
  }

  /**
   * Replaces the tensor. The variable takes `next` over; the tensor that it held is freed.
   *
   * @throws ShapeError when shape or dtype differ.
   */
  assign(next: Tensor): void {
    const previous = this.#current
    if (!isLike(next, previous)) {
      throw new ShapeError(`assign to "${this.name}"`, {
        expected: `${previous.dtype} ${formatShape(previous.shape)}`,
        received: `${next.dtype} ${formatShape(next.shape)}`,
        fix: 'reshape or cast the new value, or make a new variable',
      })
    }
    if (next === previous) return
    this.#current = next.keep()
    this.#current.node = undefined
    // A computation in progress may still read the old tensor: it goes when that computation ends.
    const owner = currentOwner()
    if (owner === undefined) previous.dispose()
    else owner.adopt(previous)
  }

  /** @internal Runs with another tensor in place of its own: how gradients are taken with respect to it. */
  substitute<R>(tensor: Tensor<S, D>, run: () => R): R {
    const outer = this.#substitute
    this.#substitute = tensor
    try {
      return run()
    } finally {
      this.#substitute = outer
    }
  }

  dispose(): void {
    this.#current.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

function isLike<S extends Shape, D extends DType>(next: Tensor, previous: Tensor<S, D>): next is Tensor<S, D> {
  return next.dtype === previous.dtype && sameShape(next.shape, previous.shape)
}
