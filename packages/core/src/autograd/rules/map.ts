/**
 * The gradient of every elementwise operation, derived from its expression: one kernel per needed input.
 */
import { differentiate, type Expr, input, renumberInputs, substitute, topologicalOrder } from '@nabla/backend'
import { type GradientRule, inputAt } from '../../engine/gradient-rule.js'
import { map } from '../../primitives/map.js'
import type { Tensor } from '../../tensor.js'
import { sumTo } from './sum-to.js'

/** The cotangent of one input: an expression over a few of [inputs…, cotangent, output], named by position. */
interface Derivative {
  readonly expression: Expr
  readonly uses: readonly number[]
}

const derivatives = new WeakMap<Expr, Map<number, Derivative | undefined>>()

function derive(expression: Expr, slot: number, inputs: readonly Tensor[]): Derivative | undefined {
  const count = inputs.length
  const leaf = input(slot, inputAt(inputs, slot).dtype)
  const [raw] = differentiate(expression, input(count, expression.dtype), [leaf])
  if (raw === undefined) return undefined
  // Where the derivative repeats the operation itself, its output is read instead.
  const whole =
    expression.kind === 'apply'
      ? substitute(raw, new Map([[expression, input(count + 1, expression.dtype)]]))
      : raw
  const slots = topologicalOrder([whole]).flatMap((node) => (node.kind === 'input' ? [node.slot] : []))
  const uses = [...new Set(slots)].sort((a, b) => a - b)
  const dtypes = [...inputs.map((each) => each.dtype), expression.dtype, expression.dtype]
  const compact = renumberInputs(whole, (each) => input(uses.indexOf(each), dtypes[each] ?? expression.dtype))
  return { expression: compact, uses }
}

function derivativeOf(expression: Expr, slot: number, inputs: readonly Tensor[]): Derivative | undefined {
  let known = derivatives.get(expression)
  if (known === undefined) {
    known = new Map()
    derivatives.set(expression, known)
  }
  if (!known.has(slot)) known.set(slot, derive(expression, slot, inputs))
  return known.get(slot)
}

export const mapRule: GradientRule<'map'> = ({ operation, parameters, inputs, output, cotangent, needs }) => {
  const { expression, scalars } = parameters
  const label = `${operation} gradient`
  return inputs.map((each, slot) => {
    if (!needs(slot)) return undefined
    const derivative = derivativeOf(expression, slot, inputs)
    if (derivative === undefined) return undefined
    const { expression: body } = derivative
    const sources = [...inputs, cotangent, output]
    const [first, ...rest] = derivative.uses.map((use) => inputAt(sources, use))
    if (first === undefined) return undefined
    const whole =
      body.kind === 'input' && rest.length === 0 ? first : map(label, body, [first, ...rest], scalars)
    return sumTo(label, whole, each.shape)
  })
}
