/**
 * Gradients of reductions.
 */
import { expressions as e, input, type ReduceOperation, sizeOf } from '@nabla/backend'
import { type GradientRule, inputAt, type RuleContext } from '../../engine/gradient-rule.js'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import { scan } from '../../primitives/scan.js'
import { broadcast, permute, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'

type Context = RuleContext<'reduce'>

function sum({ operation, inputs, cotangent }: Context): Tensor {
  return broadcast(`${operation} gradient`, cotangent, inputAt(inputs, 0).shape)
}

/** The elements that equal the extreme share its cotangent. */
function extreme({ operation, parameters, inputs, output, cotangent }: Context): Tensor {
  const label = `${operation} gradient`
  const x = inputAt(inputs, 0)
  const a = input(0, x.dtype)
  const b = input(1, x.dtype)
  const c = input(2, x.dtype)
  const d = input(3, x.dtype)
  const winners = map(label, e.cast(e.equal(a, b), x.dtype), [x, output])
  const count = reduce(label, 'sum', winners, parameters.axes, true)
  return map(label, e.select(e.equal(a, b), e.divide(c, d), 0), [x, output, cotangent, count])
}

/** The product of all the others, from running products of both directions: exact also where elements are zero. */
function product({ operation, parameters, inputs, cotangent }: Context): Tensor {
  const label = `${operation} gradient`
  const x = inputAt(inputs, 0)
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !parameters.axes.includes(axis))
  const order = [...kept, ...parameters.axes]
  const moved = permute(label, x, order)
  const flat = reshape(label, moved, [
    ...kept.map((axis) => x.shape[axis] as number),
    sizeOf(parameters.axes.map((axis) => x.shape[axis] as number)),
  ])
  const options = { axis: kept.length, exclusive: true }
  const before = scan(label, 'product', flat, { ...options, reverse: false })
  const after = scan(label, 'product', flat, { ...options, reverse: true })
  const others = map(label, e.multiply(input(0, x.dtype), input(1, x.dtype)), [before, after])
  const inverse = order.map((_, axis) => order.indexOf(axis))
  const back = permute(label, reshape(label, others, moved.shape), inverse)
  return map(label, e.multiply(input(0, x.dtype), input(1, x.dtype)), [back, cotangent])
}

const RULES: Record<ReduceOperation, ((context: Context) => Tensor) | undefined> = {
  sum,
  product,
  maximum: extreme,
  minimum: extreme,
  any: undefined,
  all: undefined,
  argMax: undefined,
  argMin: undefined,
}

export const reduceRule: GradientRule<'reduce'> = (context) => [
  RULES[context.parameters.operation]?.(context),
]
