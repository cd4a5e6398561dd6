/**
 * Update rules: what an optimizer does to one variable, as expressions over the weight, its gradient, the rule's own
 * slots and a few numbers. One kernel then updates the weight and all slots of a variable.
 */
import type { Expr } from '@nabla/core'

/** What an expression of a rule may use. */
export interface UpdateOperands {
  readonly weight: Expr
  readonly gradient: Expr
  /** The slots, in the order of the rule's `slots`. */
  readonly slots: readonly Expr[]
  /** The numbers, in the order of `numbers`. */
  readonly numbers: readonly Expr[]
}

/** A slot: state as large as the variable, with the number it starts at. */
export interface SlotSpecification {
  readonly name: string
  readonly initial: number
}

/** One optimization method. */
export interface UpdateRule {
  /** The method and its settings, as plain data. */
  readonly configuration: Readonly<Record<string, string | number | boolean>>
  readonly slots: readonly SlotSpecification[]
  /** Numbers for step `step` (1 for the first) at a learning rate. */
  numbers(learningRate: number, step: number): number[]
  /** New weight and new slots. */
  update(operands: UpdateOperands): { readonly weight: Expr; readonly slots: readonly Expr[] }
}

/** Element `position` of a list whose length the rule fixes. */
export function at<T>(list: readonly T[], position: number): T {
  const value = list[position]
  if (value === undefined) throw new RangeError(`update rule: operand ${position} is missing`)
  return value
}
