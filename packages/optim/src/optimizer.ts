/**
 * The optimizer: one machine for all update rules. It holds the slots of each variable, the number of steps and the
 * learning rate, clips, decays weights, and runs one kernel per variable.
 */
import {
  constant,
  type DType,
  type Expr,
  expressions as e,
  finishStep,
  formatShape,
  fullLike,
  hostNumbers,
  input,
  mapMany,
  ShapeError,
  sameShape,
  scalar,
  stopGradient,
  type Tensor,
  ValueError,
  Variable,
} from '@nabla/core'
import { type ClippingOptions, clippingScales } from './clipping.js'
import type { UpdateRule } from './rules/rule.js'
import { isSchedule, learningRateAt, type Schedule } from './schedules/schedule.js'

export interface OptimizerOptions extends ClippingOptions {
  /** A number or a schedule. */
  readonly learningRate?: number | Schedule
  /** Fraction of each weight taken off per unit of learning rate, apart from the gradient (Loshchilov & Hutter 2019). */
  readonly weightDecay?: number
}

/** What has to be kept to go on exactly: with the variables' values, all of training's state but data and randomness. */
export interface OptimizerState {
  readonly configuration: Readonly<Record<string, unknown>>
  readonly iterations: number
  /** For each variable, in the order given, its slots by name. */
  readonly slots: readonly Readonly<Record<string, Tensor>>[]
}

type Numbers = ReturnType<typeof hostNumbers>

interface Kernel {
  readonly expressions: readonly Expr[]
}

/**
 * Changes variables against their gradients.
 *
 * @example
 * const optimizer = adam({ learningRate: 0.001 })
 * const { value, gradients } = variableGradients(() => loss(model.call(x), y), variables)
 * optimizer.apply(gradients, variables)
 */
export class Optimizer {
  /** Steps taken so far. */
  iterations = 0
  #schedule: Schedule
  readonly #slots = new Map<Variable, Variable[]>()
  readonly #kernels = new Map<string, Kernel>()

  constructor(
    private readonly rule: UpdateRule,
    private readonly options: OptimizerOptions,
    defaultRate: number,
  ) {
    const rate = options.learningRate ?? defaultRate
    this.#schedule = typeof rate === 'number' ? { kind: 'constant', rate } : rate
    this.#check()
  }

  #check(): void {
    const rate = learningRateAt(this.#schedule, 0)
    if (!Number.isFinite(rate) || rate < 0) {
      throw new ValueError(this.name, {
        expected: 'a learning rate of at least 0',
        received: String(rate),
        fix: 'pass a number such as 0.001, or a schedule',
      })
    }
  }

  /** The method, e.g. `adam`. */
  get name(): string {
    return String(this.rule.configuration.method)
  }

  /** The method with all its settings, as plain data; `optimizerFrom` makes the same optimizer of it. */
  get configuration(): Readonly<Record<string, unknown>> {
    return { ...this.rule.configuration, ...this.options, learningRate: this.#schedule }
  }

  /** The learning rate of the next step. Setting it replaces the schedule. */
  get learningRate(): number {
    return learningRateAt(this.#schedule, this.iterations)
  }

  set learningRate(rate: number) {
    this.#schedule = { kind: 'constant', rate }
    this.#check()
  }

  /**
   * One step: changes each variable by its gradient, and frees the gradients if a gradient computation made them.
   *
   * @throws ShapeError when gradients and variables don't match.
   */
  apply(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    this.#checkPairs(gradients, variables)
    const numbers = hostNumbers(this, () => this.#nextNumbers())
    const scales = clippingScales(gradients, this.options)
    variables.forEach((variable, position) => {
      this.#update(variable, gradients[position] as Tensor, scales?.[position], numbers)
    })
    for (const scale of new Set(scales)) scale.dispose()
    finishStep(gradients, this)
  }

  /** The numbers of the next step, which begins with this. */
  #nextNumbers(): number[] {
    const rate = this.learningRate
    this.iterations += 1
    const numbers = this.rule.numbers(rate, this.iterations)
    numbers.push(rate * (this.options.weightDecay ?? 0), this.options.clipValue ?? 0)
    return numbers
  }

  #checkPairs(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const mismatch = variables.findIndex(
      ({ shape }, position) => gradients[position]?.shape.join() !== shape.join(),
    )
    if (gradients.length === variables.length && mismatch === -1) return
    const { name = '', shape = [] } = variables[mismatch] ?? {}
    throw new ShapeError(`${this.name}.apply`, {
      expected:
        mismatch === -1
          ? `${variables.length} gradients, one per variable`
          : `a gradient [${shape.join()}] for "${name}"`,
      received:
        mismatch === -1 ? String(gradients.length) : `[${gradients[mismatch]?.shape.join() ?? 'none'}]`,
      fix: 'pass the gradients of variableGradients together with the same list of variables',
    })
  }

  #slotsOf(variable: Variable): Variable[] {
    const known = this.#slots.get(variable)
    if (known !== undefined) return known
    const made = this.rule.slots.map(
      ({ name, initial }) =>
        new Variable(fullLike(variable.value, initial), {
          name: `${variable.name}/${name}`,
          trainable: false,
        }),
    )
    this.#slots.set(variable, made)
    return made
  }

  /** Inputs: weight, gradient, slots…, scale if gradients are clipped by norm. */
  #kernelFor(dtype: DType, numberCount: number, scaled: boolean): Kernel {
    const key = `${dtype}:${scaled}`
    const known = this.#kernels.get(key)
    if (known !== undefined) return known
    const slotCount = this.rule.slots.length
    const slots = this.rule.slots.map((_, position) => input(position + 2, dtype))
    const numbers = Array.from({ length: numberCount }, (_, position) => scalar(position, dtype))
    const [decay, limit] = numbers.slice(-2) as [Expr, Expr]
    let gradient: Expr = input(1, dtype)
    if (scaled) gradient = e.multiply(gradient, input(2 + slotCount, dtype))
    if (this.options.clipValue !== undefined)
      gradient = e.minimum(e.maximum(gradient, e.negate(limit)), limit)
    let weight: Expr = input(0, dtype)
    if (this.options.weightDecay) weight = e.multiply(weight, e.subtract(constant(1, dtype), decay))
    const updated = this.rule.update({ weight, gradient, slots, numbers })
    const kernel = { expressions: [updated.weight, ...updated.slots] }
    this.#kernels.set(key, kernel)
    return kernel
  }

  #update(variable: Variable, gradient: Tensor, scale: Tensor | undefined, numbers: Numbers): void {
    const slots = this.#slotsOf(variable)
    const { expressions } = this.#kernelFor(variable.dtype, numbers.length, scale !== undefined)
    const old = slots.map((slot) => slot.value)
    const scaleInput = scale === undefined ? [] : [scale]
    const results = mapMany(
      this.name,
      expressions,
      [variable.value, gradient, ...old, ...scaleInput],
      numbers,
    )
    ;[variable, ...slots].forEach((target, position) => {
      target.assign(results[position] as Tensor)
    })
  }

  /** The variables in which the slots of others are kept, made if there are none yet. */
  slotsFor(variables: readonly Variable[]): Variable[] {
    return variables.flatMap((variable) => this.#slotsOf(variable))
  }

  /** The slots of variables as live handles, to be written to a checkpoint. */
  state(variables: readonly Variable[]): OptimizerState {
    return {
      configuration: this.configuration,
      iterations: this.iterations,
      slots: variables.map((variable) =>
        Object.fromEntries(
          this.#slotsOf(variable).map((slot, position) => [
            this.rule.slots[position]?.name ?? '',
            slot.value,
          ]),
        ),
      ),
    }
  }

  /**
   * Goes on from a state, with its learning rate; the state's tensors stay the caller's.
   *
   * @throws ValueError when the state is of another method or has not the slots of these variables.
   */
  restore(state: OptimizerState, variables: readonly Variable[]): void {
    const { method, learningRate } = state.configuration
    if (method !== this.name) {
      throw new ValueError(`${this.name}.restore`, {
        expected: `the state of ${this.name}`,
        received: `the state of ${String(method)}`,
        fix: 'make the optimizer with optimizerFrom(state.configuration)',
      })
    }
    const saved = variables.map((variable, position) =>
      this.#slotsOf(variable).map((slot, index) => ({
        slot,
        value: this.#savedSlot(state, variable, position, index),
      })),
    )
    for (const { slot, value } of saved.flat()) slot.assign(stopGradient(value))
    if (isSchedule(learningRate)) this.#schedule = learningRate
    this.iterations = state.iterations
  }

  #savedSlot({ slots }: OptimizerState, variable: Variable, position: number, index: number): Tensor {
    const name = this.rule.slots[index]?.name ?? ''
    const saved = slots[position]?.[name]
    if (saved !== undefined && sameShape(saved.shape, variable.shape)) return saved
    throw new ValueError(`${this.name}.restore`, {
      expected: `slot "${name}" of variable ${position} ("${variable.name}"), ${formatShape(variable.shape)}`,
      received:
        saved === undefined
          ? `slots ${Object.keys(slots[position] ?? {}).join(', ') || 'none'}`
          : `one of shape ${formatShape(saved.shape)}`,
      fix: 'restore into an optimizer of the same method and settings, with the same variables in the same order',
    })
  }

  dispose(): void {
    for (const slots of this.#slots.values()) for (const slot of slots) slot.dispose()
    this.#slots.clear()
  }
}
