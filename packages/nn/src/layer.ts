/**
 * Layer: a module with one input and one output whose weights are made when the shape of its input is first known.
 */
import { formatShape, scope, type Shape, type Tensor, type TensorOptions, Variable } from '@nabla/core'
import { type Initializer, initializerFrom, type InitializerLike } from './initializers/index.js'
import { type CallContext, formatBatchShape, INFERENCE, LayerError, Module } from './module.js'
import { type Regularizer, regularizerFrom, type RegularizerLike } from './regularizers.js'

/** A layer as plain data: its kind and settings. */
export interface LayerConfiguration {
  readonly kind: string
  readonly [setting: string]: unknown
}

export interface LayerOptions {
  /** For messages, summaries and checkpoints; default: the kind, numbered within its model. */
  readonly name?: string
  /** Whether training changes its weights; default true. */
  readonly trainable?: boolean
}

const counters = new Map<string, number>()

function numbered(kind: string): string {
  const next = (counters.get(kind) ?? 0) + 1
  counters.set(kind, next)
  return next === 1 ? kind : `${kind}-${next}`
}

export abstract class Layer extends Module {
  readonly kind: string
  readonly name: string
  #trainable: boolean
  #inputShape: Shape | undefined
  readonly #regularized: (readonly [Variable, Regularizer])[] = []

  constructor(kind: string, { name, trainable = true }: LayerOptions = {}) {
    super()
    this.kind = kind
    this.name = name ?? numbered(kind)
    this.#trainable = trainable
  }

  /** Shape of one output sample for one input sample (without the batch axis); throws where the input doesn't fit. */
  abstract outputShape(inputShape: Shape): Shape

  /** The settings that make the same layer again. */
  abstract configuration(): LayerConfiguration

  /** Floating-point operations per sample, a multiply-add counting two. */
  operations(inputShape: Shape): number {
    return this.outputShape(inputShape).reduce((product, length) => product * length, 1)
  }

  /** Makes the weights for an input shape (without the batch axis); called once. */
  protected build(_inputShape: Shape): void {}

  /** What the layer does, once it is built. */
  protected abstract forward(x: Tensor, context: CallContext): Tensor

  /** Shape of one input sample, once known. */
  get inputShape(): Shape | undefined {
    return this.#inputShape
  }

  /** Makes the weights if that hasn't happened, and returns the output shape (both without the batch axis). */
  ensureBuilt(inputShape: Shape): Shape {
    const output = this.outputShape(inputShape)
    if (this.#inputShape === undefined) {
      this.build(inputShape)
      this.#inputShape = inputShape
      if (!this.#trainable) this.freeze()
    }
    return output
  }

  call(x: Tensor, context: CallContext = INFERENCE): Tensor {
    this.requireBatch(x)
    this.ensureBuilt(x.shape.slice(1))
    return scope(() => this.forward(x, context))
  }

  private requireBatch(x: Tensor): void {
    if (x.ndim > 0) return
    throw this.error({
      expected: `a batch ${formatBatchShape(this.#inputShape ?? [])}`,
      received: `a scalar ${formatShape(x.shape)}`,
      fix: 'add a batch axis: x.reshape([1, …])',
    })
  }

  /** An error that names this layer. */
  protected error(explanation: { expected: string; received: string; fix: string }): LayerError {
    return new LayerError(`${this.kind} "${this.name}"`, explanation)
  }

  /** A weight made by an initializer, and its regularizer if it has one. */
  protected addWeight(
    name: string,
    shape: Shape,
    initializer: InitializerLike,
    options: { readonly trainable?: boolean; readonly regularizer?: RegularizerLike | undefined } & TensorOptions = {},
  ): Variable {
    const make: Initializer = initializerFrom(initializer)
    const variable = new Variable(make(shape, options), {
      name: `${this.name}/${name}`,
      trainable: options.trainable ?? true,
    })
    if (options.regularizer !== undefined) this.#regularized.push([variable, regularizerFrom(options.regularizer)])
    return variable
  }

  /** Whether training changes the weights. */
  get trainable(): boolean {
    return this.#trainable
  }

  /** Keeps training from changing the weights. */
  freeze(): this {
    this.#trainable = false
    for (const variable of this.variables) variable.trainable = false
    return this
  }

  override regularization(): Tensor | undefined {
    const own = this.#regularized.map(([variable, regularizer]) => regularizer(variable.value))
    const inner = super.regularization()
    const parts = inner === undefined ? own : [...own, inner]
    return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum.add(part))
  }
}
