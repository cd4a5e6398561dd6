/**
 * The gradient of every elementwise operation, and of sums of one, derived from the expression: one kernel per needed
 * input.
 */
import {
  differentiate,
  type Expr,
  input,
  type ProgramScalar,
  renumberInputs,
  substitute,
  topologicalOrder,
} from '@nabla/backend'
import { type GradientRule, inputAt } from '../../engine/gradient-rule.js'
import { map } from '../../primitives/map.js'
import { keptShape } from '../../primitives/reduce.js'
import { slopeByOutput } from '../../primitives/slopes.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { sumTo } from './sum-to.js'

/** The cotangent of one input: an expression over a few of [inputs…, cotangent, output], named by position. */
interface Derivative {
  readonly expression: Expr
  readonly uses: readonly number[]
}

/** One with the output at hand, and one for where it was never stored. */
const derivatives = {
  output: new WeakMap<Expr, Map<number, Derivative | undefined>>(),
  inputs: new WeakMap<Expr, Map<number, Derivative | undefined>>(),
}

type Source = keyof typeof derivatives

/** The derivative by `differentiate`, or as the operation states it where the output is at hand. */
function rawDerivative(expression: Expr, leaf: Expr, count: number, source: Source): Expr | undefined {
  const cotangent = input(count, expression.dtype)
  const output = input(count + 1, expression.dtype)
  if (source === 'output') {
    const stated = slopeByOutput(expression)
    if (stated !== undefined) return stated(output, cotangent)
  }
  const [raw] = differentiate(expression, cotangent, [leaf])
  // Where the derivative repeats the operation itself, its output is read instead.
  return raw !== undefined && source === 'output' && expression.kind === 'apply'
    ? substitute(raw, new Map([[expression, output]]))
    : raw
}

function derive(
  expression: Expr,
  slot: number,
  inputs: readonly Tensor[],
  source: Source,
): Derivative | undefined {
  const leaf = input(slot, inputAt(inputs, slot).dtype)
  const whole = rawDerivative(expression, leaf, inputs.length, source)
  if (whole === undefined) return undefined
  const slots = topologicalOrder([whole]).flatMap((node) => (node.kind === 'input' ? [node.slot] : []))
  const uses = [...new Set(slots)].sort((a, b) => a - b)
  const dtypes = [...inputs.map((each) => each.dtype), expression.dtype, expression.dtype]
  const compact = renumberInputs(whole, (each) => input(uses.indexOf(each), dtypes[each] ?? expression.dtype))
  return { expression: compact, uses }
}

function derivativeOf(
  expression: Expr,
  slot: number,
  inputs: readonly Tensor[],
  source: Source,
): Derivative | undefined {
  const table = derivatives[source]
  let known = table.get(expression)
  if (known === undefined) {
    known = new Map()
    table.set(expression, known)
  }
  if (!known.has(slot)) known.set(slot, derive(expression, slot, inputs, source))
  return known.get(slot)
}

/** What the cotangents of the inputs of an expression are made of. */
interface Mapped {
  readonly label: string
  readonly expression: Expr
  readonly scalars: readonly ProgramScalar[]
  readonly inputs: readonly Tensor[]
  /** Of the whole shape. */
  readonly cotangent: Tensor
  /** The value of the expression everywhere, if it was stored. */
  readonly output: Tensor | undefined
  needs(input: number): boolean
}

function pullBack(mapped: Mapped): (Tensor | undefined)[] {
  const { label, expression, scalars, inputs, cotangent, output, needs } = mapped
  return inputs.map((each, slot) => {
    if (!needs(slot)) return undefined
    const derivative = derivativeOf(expression, slot, inputs, output === undefined ? 'inputs' : 'output')
    if (derivative === undefined) return undefined
    const { expression: body } = derivative
    const sources = [...inputs, cotangent, ...(output === undefined ? [] : [output])]
    const [first, ...rest] = derivative.uses.map((use) => inputAt(sources, use))
    if (first === undefined) return undefined
    const whole =
      body.kind === 'input' && rest.length === 0 ? first : map(label, body, [first, ...rest], scalars)
    return sumTo(label, whole, each.shape)
  })
}

export const mapRule: GradientRule<'map'> = ({ operation, parameters, inputs, output, cotangent, needs }) =>
  pullBack({ label: `${operation} gradient`, ...parameters, inputs, output, cotangent, needs })

/** Every element of the sum has the cotangent of the sum. */
export const sumMappedRule: GradientRule<'sumMapped'> = ({
  operation,
  parameters: { expression, scalars, shape, axes },
  inputs,
  cotangent,
  needs,
}) => {
  const label = `${operation} gradient`
  const spread = broadcast(label, reshape(label, cotangent, keptShape(shape, axes)), shape)
  return pullBack({ label, expression, scalars, inputs, cotangent: spread, output: undefined, needs })
}
