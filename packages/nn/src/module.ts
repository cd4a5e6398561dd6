/**
 * Module: anything with weights — a layer, a block, a whole model. Variables and sub-modules are found by walking the
 * properties, so a model is just a class.
 */
import {
  Generator,
  type Shape,
  scope,
  type Tensor,
  ValueError,
  Variable,
  withTemporaries,
  zeros,
} from '@nabla/core'
import { type CallContext, INFERENCE } from './context.js'
import { type LayerSummary, type SummaryOptions, summarize, summaryOf } from './summary.js'
import type { FitData } from './training/data.js'
import type { History } from './training/history.js'
import type { CompileOptions, EvaluateOptions, FitOptions, PredictOptions } from './training/options.js'
import { Trainer } from './training/trainer.js'

/** A variable with its path from the root, e.g. `hidden/kernel`. */
export interface NamedVariable {
  readonly path: string
  readonly variable: Variable
}

/** What a module is made of. A generator is the source of the random numbers of e.g. dropout. */
export type Member = Module | Variable | Generator

/**
 * The base of layers and models. Extend it, put layers and variables into properties, and write `call`:
 *
 * @example
 * class Net extends Module {
 *   hidden = dense(64, { activation: 'relu' })
 *   output = dense(10)
 *   call(x: Tensor, context?: CallContext) {
 *     return this.output.call(this.hidden.call(x, context), context)
 *   }
 * }
 * const net = new Net()
 * net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossEntropyFromLogits' })
 * await net.fit(images, labels)
 */
export abstract class Module {
  #trainer: Trainer | undefined

  /** The output for a batch of inputs. */
  abstract call(x: Tensor, context?: CallContext): Tensor

  /** @internal Makes the weights for batches like this one, as layers do when they first see data: one sample is enough. */
  makeWeights(inputs: Tensor): void {
    scope(() => void this.call(inputs.slice([0, 1]), INFERENCE))
  }

  /**
   * Variables, sub-modules and generators by property name; an element of a list is `list.0`, `list.1`, … Override it
   * to name them otherwise.
   */
  members(): [string, Member][] {
    return membersOf(this)
  }

  /** The sub-modules among the members. */
  children(): [string, Module][] {
    return this.members().filter((entry): entry is [string, Module] => entry[1] instanceof Module)
  }

  /** All variables with their paths, in the order of the properties, each once. */
  namedVariables(): NamedVariable[] {
    const variables = [...walk(this)].filter(
      (entry): entry is [Variable, string] => entry[0] instanceof Variable,
    )
    return variables.map(([variable, path]) => ({ variable, path }))
  }

  /** All sources of random numbers with their paths: their states are part of a checkpoint. */
  namedGenerators(): [string, Generator][] {
    return [...walk(this)].flatMap(([member, path]): [string, Generator][] =>
      member instanceof Generator ? [[path, member]] : [],
    )
  }

  /** All variables: weights, and statistics that layers keep. Layers make theirs at the first call or `build`. */
  get variables(): Variable[] {
    return this.namedVariables().map(({ variable }) => variable)
  }

  /** What training changes. */
  get trainableVariables(): Variable[] {
    return this.variables.filter(({ trainable }) => trainable)
  }

  /** Number of elements of all variables. */
  get parameterCount(): number {
    return this.variables.reduce((sum, { size }) => sum + size, 0)
  }

  /** Sum of what regularized layers add to the loss, if any do. */
  regularization(): Tensor | undefined {
    return withTemporaries(() => {
      const parts = this.children().flatMap(([, child]) => child.regularization() ?? [])
      return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum.add(part))
    })
  }

  /** Says how to train: once before `fit` or `evaluate`, and again to change it. */
  compile(options: CompileOptions): this {
    this.#trainer?.dispose()
    this.#trainer = new Trainer(this, options)
    return this
  }

  /** What `compile` set up: the optimizer, the loss and the metrics. */
  get trainer(): Trainer {
    if (this.#trainer === undefined) {
      throw new ValueError(this.constructor.name, {
        expected: 'a compiled model',
        received: 'one that was not compiled',
        fix: "call model.compile({ optimizer: 'adam', loss: …, metrics: ['accuracy'] }) first",
      })
    }
    return this.#trainer
  }

  /**
   * Trains by mini-batch gradient descent.
   *
   * @param inputs a data set or loader with columns `inputs` and `targets`, or a tensor with one sample per row
   * @returns the history: loss and metrics of every epoch
   * @example const history = await model.fit(images, labels, { epochs: 5, batchSize: 128, validationSplit: 0.1 })
   */
  async fit(data: FitData, options?: FitOptions): Promise<History>
  async fit(inputs: Tensor, targets: Tensor, options?: FitOptions): Promise<History>
  async fit(first: FitData | Tensor, second?: FitOptions | Tensor, third?: FitOptions): Promise<History> {
    return this.trainer.fit(...separate(first, second, third))
  }

  /** Loss and metrics on data, by name. */
  async evaluate(data: FitData, options?: EvaluateOptions): Promise<Record<string, number>>
  async evaluate(inputs: Tensor, targets: Tensor, options?: EvaluateOptions): Promise<Record<string, number>>
  async evaluate(
    first: FitData | Tensor,
    second?: EvaluateOptions | Tensor,
    third?: EvaluateOptions,
  ): Promise<Record<string, number>> {
    return this.trainer.evaluate(...separate(first, second, third))
  }

  /** Outputs for all samples, computed batch by batch. Needs no `compile`. */
  async predict(inputs: Tensor, options?: PredictOptions): Promise<Tensor> {
    return Trainer.predict(this, inputs, { jit: this.#trainer?.jit ?? true, ...options })
  }

  /** A table of layers with output shapes, parameters, bytes and floating-point operations per sample. */
  summary(options?: SummaryOptions): string {
    return summarize(this, options)
  }

  /**
   * The rows of the summary: one per layer, and one for variables outside of any layer.
   *
   * @param inputShape shape of one sample; with it, weights that don't exist yet are made by a call with zeros
   */
  describe(inputShape?: Shape, path = ''): LayerSummary[] {
    if (inputShape !== undefined) scope(() => void this.call(zeros([1, ...inputShape]), INFERENCE))
    const rows = this.children().flatMap(([key, child]) =>
      child.describe(undefined, path === '' ? key : `${path}/${key}`),
    )
    const own = this.members().flatMap(([, member]) => (member instanceof Variable ? member : []))
    return own.length === 0 ? rows : [...rows, summaryOf(path, this.constructor.name, own)]
  }

  /** Frees all variables. */
  dispose(): void {
    this.#trainer?.dispose()
    for (const variable of this.variables) variable.dispose()
  }
}

type Separated<O> = readonly [
  { readonly data: FitData } | { readonly inputs: Tensor; readonly targets: Tensor },
  O | undefined,
]

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value
}

/** The two forms of the arguments of `fit` and `evaluate`, told apart. */
function separate<O extends object>(first: FitData | Tensor, second?: O | Tensor, third?: O): Separated<O> {
  if (isTensor(first)) {
    if (isTensor(second)) return [{ inputs: first, targets: second }, third]
    throw new ValueError('fit', {
      expected: 'targets as the second argument, a tensor with one row per sample',
      received: second === undefined ? 'nothing' : typeof second,
      fix: 'call fit(inputs, targets, options), or fit(dataset, options)',
    })
  }
  return [{ data: first }, isTensor(second) ? undefined : second]
}

/** Members among the properties, also inside arrays and plain objects. */
function membersOf(module: Module): [string, Member][] {
  const found: [string, Member][] = []
  const seen = new Set<unknown>()
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (value instanceof Module || value instanceof Variable || value instanceof Generator)
      found.push([path, value])
    else if (Array.isArray(value))
      value.forEach((each, position) => {
        visit(`${path}.${position}`, each)
      })
    else if (isPlain(value)) for (const [key, each] of Object.entries(value)) visit(`${path}.${key}`, each)
  }
  for (const [key, value] of Object.entries(module)) visit(key, value)
  return found
}

function isPlain(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype
}

/** Everything inside a module that is no module itself, with its path, each once. */
function walk(root: Module): Map<Exclude<Member, Module>, string> {
  const found = new Map<Exclude<Member, Module>, string>()
  const seen = new Set<Module>()
  const visit = (module: Module, prefix: string): void => {
    if (seen.has(module)) return
    seen.add(module)
    for (const [key, member] of module.members()) {
      const path = `${prefix}${key}`
      if (member instanceof Module) visit(member, `${path}/`)
      else if (!found.has(member)) found.set(member, path)
    }
  }
  visit(root, '')
  return found
}
