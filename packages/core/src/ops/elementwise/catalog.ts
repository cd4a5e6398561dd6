/**
 * The catalogue of elementwise operations: a row for each, found by going through what the family files export. An
 * operation that is added to one of them is therefore tested, checked and documented without being listed anywhere.
 */
import { type DType, differentiate, type Expr, input, isFloat, scalar } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type { DTypeRule, Operand } from '../../types/operands.js'
import { type Definition, definitionsOf, type Interval } from './definition.js'
import * as families from './index.js'

/** One elementwise operation, for tests and documentation. */
export interface ElementwiseOperation {
  /** The name of the function, with the option that chooses it in parentheses where there is one. */
  readonly name: string
  /** The function in this package that runs it. */
  readonly functionName: string
  /** What it does to dtypes. */
  readonly rule: DTypeRule
  /** How many operands are tensors. */
  readonly arity: number
  /** Typical values of the plain numbers that follow the tensors. */
  readonly parameters: readonly number[]
  /** Where each tensor operand may be sampled. */
  readonly domain: readonly Interval[]
  /** Values of the first operand inside its domain where a derivative jumps. */
  readonly kinks: readonly number[]
  /** Whether its derivatives of every order are continuous inside the domain. */
  readonly smooth: boolean
  /** For each tensor operand, whether the result has a derivative with respect to it that isn't 0 everywhere. */
  readonly differentiable: readonly boolean[]
  /** Runs it on tensors, with the typical parameters. */
  run(...tensors: Tensor[]): Tensor
  /** What a kernel computes for inputs of one type, which the rule must allow: scalars are the parameters. */
  expression(dtype: DType): Expr
}

const DEFAULT_DOMAIN: Interval = [-2, 2]

function domainOf({ arity, traits: { domain = DEFAULT_DOMAIN } }: Definition): Interval[] {
  const isOne = (given: Interval | readonly Interval[]): given is Interval => typeof given[0] === 'number'
  return Array.from({ length: arity }, (_, operand) =>
    isOne(domain) ? domain : (domain[operand] ?? DEFAULT_DOMAIN),
  )
}

function leafType(rule: DTypeRule, operand: number, dtype: DType): DType {
  if (rule === 'logical' || (rule === 'select' && operand === 0)) return 'bool'
  return dtype
}

function expressionOf({ rule, arity, parameters, build }: Definition, dtype: DType): Expr {
  const inputs = Array.from({ length: arity }, (_, operand) => input(operand, leafType(rule, operand, dtype)))
  return build(...inputs, ...parameters.map((_, slot) => scalar(slot, dtype)))
}

const INTEGERS_ONLY: ReadonlySet<DTypeRule> = /* @__PURE__ */ new Set<DTypeRule>(['bits', 'integer'])

function differentiability(definition: Definition): boolean[] {
  const operands = Array.from({ length: definition.arity }, (_, operand) => operand)
  if (INTEGERS_ONLY.has(definition.rule)) return operands.map(() => false)
  const expression = expressionOf(definition, 'float64')
  if (!isFloat(expression.dtype)) return operands.map(() => false)
  const leaves = operands.map((operand) => input(operand, leafType(definition.rule, operand, 'float64')))
  const cotangent = input(definition.arity, expression.dtype)
  return differentiate(expression, cotangent, leaves).map((derivative) => derivative !== undefined)
}

function row(functionName: string, definition: Definition): ElementwiseOperation {
  const { name, rule, arity, parameters, traits, run } = definition
  const kinks = traits.kinks ?? []
  return {
    name,
    functionName,
    rule,
    arity,
    parameters,
    domain: domainOf(definition),
    kinks,
    smooth: kinks.length === 0,
    differentiable: differentiability(definition),
    run: (...tensors) => run([...tensors, ...parameters] satisfies Operand[]),
    expression: (dtype) => expressionOf(definition, dtype),
  }
}

/**
 * All elementwise operations, in the order of their names.
 *
 * @example elementwiseOperations().filter(({ differentiable }) => differentiable.includes(true))
 */
export function elementwiseOperations(): ElementwiseOperation[] {
  const rows = Object.entries(families).flatMap(([functionName, exported]) =>
    definitionsOf(exported).map((definition) => row(functionName, definition)),
  )
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Distance that samples keep from kinks. */
const CLEARANCE = 0.05
/** Steps of a low-discrepancy sequence, one per operand: fractional parts of powers of the plastic number's inverse. */
const STEPS = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703]

const contains = ([low, high]: Interval, value: number): boolean => low <= value && value <= high

/**
 * Points inside the domain of an operation and away from its kinks, always the same ones. For an operation on one
 * tensor, 0 is the first of them where it can be: that is where branches meet.
 *
 * @returns `count` rows with a value for each tensor operand
 */
export function elementwiseSamples(
  { domain, kinks, arity }: ElementwiseOperation,
  count: number,
): number[][] {
  const isAway = (value: number): boolean => kinks.every((kink) => Math.abs(value - kink) > CLEARANCE)
  const points = arity === 1 && contains(domain[0] ?? DEFAULT_DOMAIN, 0) && isAway(0) ? [[0]] : []
  for (let i = 1; points.length < count; i++) {
    const point = Array.from({ length: arity }, (_, operand) => {
      const [low, high] = domain[operand] ?? DEFAULT_DOMAIN
      return low + (high - low) * ((0.5 + i * (STEPS[operand] ?? 0.5)) % 1)
    })
    if (isAway(point[0] ?? 0)) points.push(point)
  }
  return points
}
