/**
 * What is known of an elementwise operation besides how to run it: its expression and where it may be sampled. Tests of
 * backends, checks of gradients and the reference documentation go through all operations by this.
 */
import type { SlopeByOutput } from '../../primitives/slopes.js'
import type { Tensor } from '../../tensor.js'
import type { DTypeRule, Operand } from '../../types/operands.js'
import type { BuildExpression } from './kernels.js'

export type Interval = readonly [low: number, high: number]

/** What a definition may say about its function; everything has a default. */
export interface Traits {
  /** Where each tensor operand may be sampled: one interval for all or one for each. Default -2 to 2. */
  readonly domain?: Interval | readonly Interval[]
  /** Values of the first operand inside the domain where a derivative (of any order) jumps. Default none. */
  readonly kinks?: readonly number[]
  /** The derivative by the output, for operations on one tensor where that is as exact as by the input. */
  readonly slope?: SlopeByOutput
}

/** One elementwise operation. */
export interface Definition {
  readonly name: string
  readonly rule: DTypeRule
  readonly build: BuildExpression
  /** How many operands are tensors. */
  readonly arity: number
  /** Typical values of the plain numbers that follow the tensors. */
  readonly parameters: readonly number[]
  readonly traits: Traits
  /** Runs it on its tensors and the numbers after them. */
  readonly run: (operands: readonly Operand[]) => Tensor
}

const definitions = /* @__PURE__ */ new WeakMap<object, readonly Definition[]>()

/** Notes that a public function stands for these operations (more than one if an option chooses). */
export function define<F extends object>(operation: F, ...meant: readonly Definition[]): F {
  definitions.set(operation, meant)
  return operation
}

/** The operations that a public function stands for; none if it is no elementwise operation. */
export function definitionsOf(operation: unknown): readonly Definition[] {
  return typeof operation === 'function' ? (definitions.get(operation) ?? []) : []
}
