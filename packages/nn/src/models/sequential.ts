/**
 * Sequential: layers one after the other. It is itself a layer, so that models can be parts of models.
 */
import { isRecording, type Shape, type Tensor } from '@nabla/core'
import type { CallContext } from '../context.js'
import { Layer, type LayerConfiguration, type LayerOptions } from '../layer.js'
import type { Member } from '../module.js'
import type { LayerSummary } from '../summary.js'

export interface SequentialOptions extends LayerOptions {
  /** Shape of one input sample, without the batch axis. With it all weights are made at once. */
  readonly inputShape?: Shape
}

export class Sequential extends Layer {
  readonly #layers: Layer[] = []

  constructor(layers: readonly Layer[], { inputShape, ...options }: SequentialOptions = {}) {
    super('sequential', options)
    for (const layer of layers) this.add(layer)
    if (inputShape === undefined) return
    if (inputShape.some((length) => !Number.isInteger(length) || length < 1)) {
      throw this.error({
        expected: 'inputShape to be the lengths of one sample, whole numbers without the batch axis',
        received: `[${inputShape.join()}]`,
        fix: 'leave the batch axis out, e.g. inputShape: [28, 28, 1]',
      })
    }
    this.ensureBuilt(inputShape)
  }

  /** The layers, first to last. */
  get layers(): readonly Layer[] {
    return this.#layers
  }

  /** The layer of this name. @throws LayerError listing the names there are. */
  layer(name: string): Layer {
    const found = this.#layers.find((each) => each.name === name)
    if (found !== undefined) return found
    throw this.error({
      expected: `the name of one of its layers: ${this.#layers.map((each) => each.name).join(', ')}`,
      received: `"${name}"`,
      fix: 'choose one of these names; model.summary() shows them',
    })
  }

  /**
   * Adds a layer at the end. A layer without a name is named by its kind and, from the second on, a number.
   *
   * @throws LayerError when the name is taken, or the layer doesn't take what the last one gives.
   */
  add(layer: Layer): this {
    const names = new Set(this.#layers.map(({ name }) => name))
    if (this.#layers.includes(layer)) {
      throw this.error({
        expected: 'every layer once',
        received: `the same ${layer.kind} "${layer.name}" again`,
        fix: 'make a second layer; to share weights, extend Module and call the layer twice',
      })
    }
    if (layer.isNamed && names.has(layer.name)) {
      throw this.error({
        expected: 'layers with names of their own',
        received: `a second layer "${layer.name}"`,
        fix: 'rename one of them, or leave the names out',
      })
    }
    if (!layer.isNamed) layer.nameAs(unused(layer.kind, names))
    if (this.inputShape !== undefined)
      layer.ensureBuilt(this.outputShape(this.inputShape), this.weightBackend)
    if (!this.trainable) layer.trainable = false
    this.#layers.push(layer)
    return this
  }

  override members(): [string, Member][] {
    return this.#layers.map((layer) => [layer.name, layer])
  }

  outputShape(inputShape: Shape): Shape {
    return this.#layers.reduce((shape, layer) => layer.outputShape(shape), inputShape)
  }

  override operations(inputShape: Shape): number {
    let shape = inputShape
    let total = 0
    for (const layer of this.#layers) {
      total += layer.operations(shape)
      shape = layer.outputShape(shape)
    }
    return total
  }

  protected override build(inputShape: Shape): void {
    this.#layers.reduce((shape, layer) => layer.ensureBuilt(shape, this.weightBackend), inputShape)
  }

  protected forward(x: Tensor, context: CallContext): Tensor {
    return this.#layers.reduce((current, layer) => {
      const next = layer.call(current, context)
      // What a gradient is being recorded of is freed by its backward pass.
      if (current !== x && !isRecording()) current.dispose()
      return next
    }, x)
  }

  override describe(inputShape: Shape | undefined = this.inputShape, path = ''): LayerSummary[] {
    const pathOf = (layer: Layer): string => (path === '' ? layer.name : `${path}/${layer.name}`)
    if (inputShape === undefined)
      return this.#layers.flatMap((layer) => layer.describe(undefined, pathOf(layer)))
    this.ensureBuilt(inputShape)
    let shape = inputShape
    return this.#layers.flatMap((layer) => {
      const rows = layer.describe(shape, pathOf(layer))
      shape = layer.outputShape(shape)
      return rows
    })
  }

  protected settings() {
    return { inputShape: this.inputShape, layers: this.#layers.map((layer) => layer.configuration()) }
  }

  override configuration(): SequentialConfiguration {
    return { ...super.configuration(), kind: 'sequential', ...this.settings() }
  }
}

/** A sequential model as plain data. */
export interface SequentialConfiguration extends LayerConfiguration {
  readonly kind: 'sequential'
  readonly inputShape: Shape | undefined
  readonly layers: readonly LayerConfiguration[]
}

function unused(kind: string, taken: ReadonlySet<string>): string {
  if (!taken.has(kind)) return kind
  let number = 2
  while (taken.has(`${kind}-${number}`)) number += 1
  return `${kind}-${number}`
}

/**
 * A model of layers one after the other.
 *
 * @example
 * const model = sequential([dense(512, { activation: 'relu' }), dense(10)], { inputShape: [784] })
 */
export function sequential(layers: readonly Layer[], options?: SequentialOptions): Sequential {
  return new Sequential(layers, options)
}
