/**
 * Layer: a module with one input and one output whose weights are made when the shape of its input is first known.
 * All layers of layers/ extend it, and Sequential, which is a layer made of layers.
 */
import { type Backend, formatShape, type Shape, type Tensor, Variable, withTemporaries } from '@nabla/core'
import { type CallContext, INFERENCE } from './context.js'
import { type InitializerLike, initializerFrom } from './initializers/index.js'
import { formatBatchShape, LayerError } from './layer-error.js'
import { Module } from './module.js'
import { type Regularizer, type RegularizerLike, regularizerFrom } from './regularizers.js'
import { type LayerSummary, summaryOf } from './summary.js'

/** A layer as plain data: its kind and settings. */
export interface LayerConfiguration {
  readonly kind: string
  readonly [setting: string]: unknown
}

/** The types that weights may have. */
export type WeightDType = 'float16' | 'float32' | 'float64'

export interface LayerOptions {
  /** For messages, summaries and checkpoints; default: the kind, numbered within its model. */
  readonly name?: string
  /** Whether training changes its weights; default true. */
  readonly trainable?: boolean
  /** Type of its weights, which inputs are cast to; default float32. */
  readonly dtype?: WeightDType
}

export interface WeightOptions {
  /** Whether training may change it; default true. Statistics that a layer keeps are not trainable. */
  readonly trainable?: boolean
  readonly regularizer?: RegularizerLike | undefined
}

export abstract class Layer extends Module {
  readonly kind: string
  readonly dtype: WeightDType
  #name: string | undefined
  #trainable: boolean
  #inputShape: Shape | undefined
  #backend: Backend | undefined
  /** The variables that are trainable as long as the layer is. */
  readonly #weights: Variable[] = []
  readonly #regularized: (readonly [Variable, Regularizer])[] = []

  constructor(kind: string, { name, trainable = true, dtype = 'float32' }: LayerOptions = {}) {
    super()
    this.kind = kind
    this.dtype = dtype
    this.#name = name
    this.#trainable = trainable
  }

  /** Shape of one output sample for one input sample (without the batch axis); throws where the input doesn't fit. */
  abstract outputShape(inputShape: Shape): Shape

  /** The settings that make the same layer again, as plain data. */
  protected abstract settings(): Readonly<Record<string, unknown>>

  /** What the layer does, once it is built. */
  protected abstract forward(x: Tensor, context: CallContext): Tensor

  /** Makes the weights for an input shape (without the batch axis); called once. */
  protected build(_inputShape: Shape): void {}

  /** Floating-point operations per sample, a multiply-add counting two; by default one per output element. */
  operations(inputShape: Shape): number {
    return this.outputShape(inputShape).reduce((product, length) => product * length, 1)
  }

  /** The layer as plain data; `layerFrom` makes the same layer of it (with fresh weights). */
  configuration(): LayerConfiguration {
    const { kind, dtype, trainable } = this
    const settings = Object.entries(this.settings()).filter(([, value]) => value !== undefined)
    return {
      kind,
      ...(this.#name !== undefined && { name: this.#name }),
      ...(dtype !== 'float32' && { dtype }),
      ...(!trainable && { trainable }),
      ...Object.fromEntries(settings),
    }
  }

  /** The given name, or the one that its model gave it, or its kind. */
  get name(): string {
    return this.#name ?? this.kind
  }

  /** @internal Whether somebody chose the name. */
  get isNamed(): boolean {
    return this.#name !== undefined
  }

  /** @internal Called by the model that an unnamed layer is added to. */
  nameAs(name: string): void {
    const before = `${this.name}/`
    for (const variable of this.variables) {
      if (variable.name.startsWith(before)) variable.name = `${name}/${variable.name.slice(before.length)}`
    }
    this.#name = name
  }

  /** Shape of one input sample, once known. */
  get inputShape(): Shape | undefined {
    return this.#inputShape
  }

  /**
   * Makes the weights if that hasn't happened, and returns the output shape (both without the batch axis).
   *
   * @param backend where to make them; default: the default backend
   */
  ensureBuilt(inputShape: Shape, backend?: Backend): Shape {
    const output = this.outputShape(inputShape)
    if (this.#inputShape === undefined) {
      this.#backend = backend
      this.build(inputShape)
      this.#inputShape = [...inputShape]
      if (!this.#trainable) this.trainable = false
    }
    return output
  }

  /** @internal Computes nothing where all layers inside can tell from the shape what weights they need. */
  override makeWeights(inputs: Tensor): void {
    this.#requireBatch(inputs)
    this.ensureBuilt(inputs.shape.slice(1), inputs.backend)
    if (!isBuilt(this)) super.makeWeights(inputs)
  }

  /** The backend that weights are made on, if `ensureBuilt` was told one. */
  protected get weightBackend(): Backend | undefined {
    return this.#backend
  }

  call(x: Tensor, context: CallContext = INFERENCE): Tensor {
    this.#requireBatch(x)
    this.ensureBuilt(x.shape.slice(1), x.backend)
    return withTemporaries(() => {
      const output = this.forward(x, context)
      // Always a handle of its own, so that disposing the output leaves the input alone.
      return output === x ? x.reshape(x.shape) : output
    })
  }

  #requireBatch(x: Tensor): void {
    if (x.ndim > 0) return
    throw this.error({
      expected: `a batch ${formatBatchShape(this.#inputShape ?? [])}`,
      received: `a scalar ${formatShape(x.shape)}`,
      fix: 'add a batch axis: x.reshape([1])',
    })
  }

  /** An error that names this layer. */
  protected error(explanation: { expected: string; received: string; fix: string }): LayerError {
    return new LayerError(`${this.kind} "${this.name}"`, explanation)
  }

  /** A weight made by an initializer, and its regularizer if it has one. For `build`. */
  protected addWeight(
    name: string,
    shape: Shape,
    initializer: InitializerLike,
    { trainable = true, regularizer }: WeightOptions = {},
  ): Variable {
    const backend = this.#backend
    const initial = initializerFrom(initializer)(shape, { dtype: this.dtype, ...(backend && { backend }) })
    const variable = new Variable(initial, { name: `${this.name}/${name}`, trainable })
    if (trainable) this.#weights.push(variable)
    if (regularizer !== undefined) this.#regularized.push([variable, regularizerFrom(regularizer)])
    return variable
  }

  /** The value of a weight that `build` made. */
  protected weight(variable: Variable | undefined): Tensor {
    if (variable !== undefined) return variable.value
    throw this.error({
      expected: 'its weights to exist',
      received: 'a layer that was not built',
      fix: 'run it with layer.call(x), which builds it, or call layer.ensureBuilt(inputShape)',
    })
  }

  /** An input in the type of the weights. */
  protected toWeightType(x: Tensor): Tensor {
    return x.dtype === this.dtype ? x : x.cast(this.dtype)
  }

  /** Whether training changes the weights (and statistics) of the layer and the layers inside it. */
  get trainable(): boolean {
    return this.#trainable
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable
    for (const variable of this.#weights) variable.trainable = trainable
    for (const [, child] of this.children()) if (child instanceof Layer) child.trainable = trainable
  }

  /** Keeps training from changing the weights. */
  freeze(): this {
    this.trainable = false
    return this
  }

  /** Lets training change the weights again. */
  unfreeze(): this {
    this.trainable = true
    return this
  }

  override regularization(): Tensor | undefined {
    if (this.#regularized.length === 0) return super.regularization()
    return withTemporaries(() => {
      const inner = super.regularization()
      return this.#regularized
        .map(([variable, regularizer]) => regularizer(variable.value))
        .concat(inner ?? [])
        .reduce((sum, part) => sum.add(part))
    })
  }

  override describe(inputShape: Shape | undefined = this.#inputShape, path = this.name): LayerSummary[] {
    if (inputShape === undefined) return [summaryOf(path, this.kind, this.variables)]
    const outputShape = this.ensureBuilt(inputShape)
    const operations = this.operations(inputShape)
    return [{ ...summaryOf(path, this.kind, this.variables), inputShape, outputShape, operations }]
  }
}

/** Whether a layer and all inside it have their weights; of other modules nothing can be said without data. */
function isBuilt(module: Module): boolean {
  return (
    module instanceof Layer &&
    module.inputShape !== undefined &&
    module.children().every(([, child]) => isBuilt(child))
  )
}
