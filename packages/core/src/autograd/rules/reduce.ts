/**
 * Gradients of reductions.
 */
import { expressions as e, input, type ReduceOperation, sizeOf } from '@nabla/backend'
import { type GradientRule, inputAt, type RuleContext } from '../../engine/gradient-rule.js'
import { embed } from '../../primitives/copy.js'
import { map } from '../../primitives/map.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { reduce } from '../../primitives/reduce.js'
import { broadcast, permute, reshape, slice } from '../../primitives/views.js'
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

/**
 * Before each element of the last axis the product of all in front of it (behind it, in reverse), by doubling: Hillis &
 * Steele, "Data parallel algorithms", CACM 1986. Made of what every gradient carries, unlike the running product.
 */
function productsBefore(label: string, x: Tensor, reverse: boolean): Tensor {
  const { shape } = x
  const axis = shape.length - 1
  const length = shape[axis] as number
  /** Moved along the axis, ones moving in. */
  const moved = (from: Tensor, by: number): Tensor => {
    const range = (start: number) => wholeRanges(shape).with(axis, { start, length: length - by, step: 1 })
    const [source, target] = reverse ? [by, 0] : [0, by]
    return embed(label, slice(label, from, range(source)), shape, range(target), 1)
  }
  let result = moved(x, Math.min(1, length))
  for (let by = 1; by < length - 1; by *= 2) {
    result = map(label, e.multiply(input(0, x.dtype), input(1, x.dtype)), [result, moved(result, by)])
  }
  return result
}

/** The product of all the others, from those in front and those behind: exact also where elements are zero. */
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
  const [before, after] = [productsBefore(label, flat, false), productsBefore(label, flat, true)]
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
