/**
 * Random functions for tests: a list of steps as plain data, run on tensors by `runSteps`. Each step picks its operands
 * among what there is so far; one that doesn't fit them does something simple instead, so every list is a function.
 */
import fc from 'fast-check'
import { checkpoint, stopGradient } from '../../autograd/index.js'
import { averagePool1d, conv2d, maxPool1d } from '../../ops/convolution/index.js'
import { where } from '../../ops/elementwise/index.js'
import { scatterAdd, sort, take } from '../../ops/indexing/index.js'
import { matmul } from '../../ops/linear-algebra/index.js'
import { broadcastTo, concatenate, flip, pad, permute, reshape, slice } from '../../ops/movement/index.js'
import { cumsum, logSoftmax, max, mean, softmax, sum } from '../../ops/reduction/index.js'
import { dropout, type Generator, randint, uniform } from '../../random/index.js'
import type { Tensor } from '../../tensor.js'
import type { Variable } from '../../variable.js'

/** One step: which operation, on which values, and a number for its details. */
export interface RandomStep {
  readonly kind: keyof typeof KINDS
  readonly operands: readonly [number, number]
  readonly detail: number
}

/** Tensors stay small. */
const LARGEST = 600

interface State {
  readonly values: Tensor[]
  readonly variables: readonly Variable[]
  readonly generator: Generator
}

const pick = <T>(list: readonly T[], which: number): T => list[which % list.length] as T

/** Neither grows: many steps in a row stay within the numbers that float32 holds well. */
const bounded = (x: Tensor): Tensor => x.tanh()

const elementwise: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.mul(0.75).add(0.125),
  (x) => x.neg(),
  (x) => x.square().add(1).sqrt(),
  (x) => x.abs(),
  (x) => x.relu(),
  (x) => x.square().neg().exp(),
]

const combining: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b).tanh(),
  (a, b) => a.maximum(b),
  (a, b) => where(a.greater(b), a, b),
  (a, b) => a.div(b.square().add(1)),
]

function broadcast(a: Tensor, b: Tensor): boolean {
  const rank = Math.max(a.ndim, b.ndim)
  let size = 1
  for (let axis = 1; axis <= rank; axis++) {
    const [x = 1, y = 1] = [a.shape.at(a.ndim - axis), b.shape.at(b.ndim - axis)].map((each) => each)
    const [left, right] = [axis > a.ndim ? 1 : x, axis > b.ndim ? 1 : y]
    if (left !== right && left !== 1 && right !== 1) return false
    size *= Math.max(left, right)
  }
  return size <= LARGEST
}

const axisOf = ({ ndim }: Tensor, detail: number): number => detail % Math.max(1, ndim)

/** A new shape of the same elements. */
function otherShape({ size, shape }: Tensor, detail: number): number[] {
  const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((each) => size % each === 0)
  const first = pick(divisors.length === 0 ? [1] : divisors, detail)
  return size === 0 ? [...shape] : detail % 3 === 0 ? [first, 1, size / first] : [first, size / first]
}

/** A part along one axis, maybe with a step, maybe backwards. */
function part(x: Tensor, detail: number): Tensor {
  if (x.ndim === 0) return x.neg()
  const axis = axisOf(x, detail)
  const length = x.shape[axis] as number
  if (length < 2) return flip(x, axis)
  const range = pick(
    [{ start: 1 }, { start: 0, stop: length - 1 }, { start: 0, step: 2 }, { start: length - 1, step: -1 }],
    detail >> 3,
  )
  return slice(x, ...x.shape.map((_, each) => (each === axis ? range : {})))
}

/** A product over the last axis of one and an axis of the other, whichever fits. */
function product(a: Tensor, b: Tensor): Tensor {
  if (a.ndim < 2 || b.ndim < 2) return bounded(a)
  const [left, right] = [flatRows(a), flatRows(b)]
  if (left.shape[1] === right.shape[0] && left.shape[0] * right.shape[1] <= LARGEST)
    return matmul(left, right).mul(0.25)
  if (left.shape[1] === right.shape[1] && left.shape[0] * right.shape[0] <= LARGEST)
    return matmul(left, right.transpose()).mul(0.25)
  return matmul(left, left.transpose().mul(0.5)).mul(0.25)
}

const flatRows = (x: Tensor): Tensor<[number, number]> =>
  reshape(x, [(x.shape[0] ?? 1) as number, Math.floor(x.size / Math.max(1, x.shape[0] ?? 1))])

function convolution(a: Tensor, b: Tensor): Tensor {
  if (a.size === 0 || b.size < 4 || a.size > 64) return bounded(a)
  const image = reshape(a, [1, a.size, 1, 1])
  const kernel = reshape(slice(reshape(b, [b.size]), { start: 0, stop: 4 }), [2, 1, 1, 2])
  return bounded(conv2d(image, kernel, { padding: 'same' }))
}

const KINDS = {
  elementwise: ({ values }: State, { operands: [a], detail }: RandomStep) =>
    pick(elementwise, detail)(pick(values, a)),
  combine: ({ values }: State, { operands: [i, j], detail }: RandomStep) => {
    const [a, b] = [pick(values, i), pick(values, j)]
    return broadcast(a, b) ? pick(combining, detail)(a, b) : bounded(a)
  },
  reduce: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    const keepdims = detail % 2 === 0
    const axis = x.ndim === 0 ? undefined : axisOf(x, detail >> 2)
    const reduction = pick([sum, mean, max], detail)
    if (x.size === 0) return x
    return axis === undefined ? reduction(x).mul(0.5) : reduction(x, axis, { keepdims }).mul(0.5)
  },
  product: ({ values }: State, { operands: [a, b] }: RandomStep) => product(pick(values, a), pick(values, b)),
  reshape: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    return reshape(x, otherShape(x, detail))
  },
  transpose: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    const order = x.shape.map((_, axis) => (axis + 1 + detail) % x.ndim)
    return permute(x, detail % 4 === 0 ? order.toReversed() : order)
  },
  slice: ({ values }: State, { operands: [a], detail }: RandomStep) => part(pick(values, a), detail),
  repeat: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    return x.size * 3 > LARGEST ? bounded(x) : broadcastTo(x, [1 + (detail % 3), ...x.shape])
  },
  concatenate: ({ values }: State, { operands: [i, j], detail }: RandomStep) => {
    const [a, b] = [pick(values, i), pick(values, j)]
    if (a.ndim === 0 || a.size * 2 > LARGEST) return bounded(a)
    const isAlike = a.shape.join() === b.shape.join()
    return concatenate([a, isAlike ? b : a.neg()], axisOf(a, detail))
  },
  pad: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    if (x.size * 4 > LARGEST) return bounded(x)
    return pad(
      x,
      x.shape.map((_, axis): [number, number] => (axis === axisOf(x, detail) ? [1, 2] : [0, 0])),
    )
  },
  take: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    const axis = axisOf(x, detail)
    const length = x.shape[axis] ?? 0
    return length === 0 ? bounded(x) : take(x, [detail % length, 0, length - 1].slice(0, length), axis)
  },
  scatter: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    const rows = x.shape[0] ?? 0
    if (rows === 0) return bounded(x)
    return scatterAdd(x.mul(0.5), [detail % rows, 0], concatenate([x, x]).slice({ start: 0, stop: 2 }))
  },
  accumulate: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    return x.ndim === 0 ? bounded(x) : bounded(cumsum(x, axisOf(x, detail), { reverse: detail % 2 === 0 }))
  },
  normalize: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    if (x.ndim === 0 || x.size === 0) return bounded(x)
    return detail % 2 === 0
      ? softmax(x, axisOf(x, detail >> 1))
      : bounded(logSoftmax(x, axisOf(x, detail >> 1)))
  },
  sort: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    return x.ndim === 0 ? bounded(x) : sort(x, axisOf(x, detail))
  },
  convolution: ({ values }: State, { operands: [a, b] }: RandomStep) =>
    convolution(pick(values, a), pick(values, b)),
  pool: ({ values }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    if (x.size < 4) return bounded(x)
    const rows = reshape(x, [1, x.size, 1])
    return detail % 2 === 0 ? maxPool1d(rows, 3, { strides: 2 }) : averagePool1d(rows, 2, { strides: 1 })
  },
  random: ({ values, generator }: State, { operands: [a], detail }: RandomStep) => {
    const x = pick(values, a)
    const like = { backend: x.backend, generator }
    if (detail % 3 === 0) return dropout(x.mul(0.5), 0.4, { generator })
    if (detail % 3 === 1) return x.add(uniform(x.shape, like).cast(x.dtype))
    return x.mul(randint(x.shape, 0, 3, like).cast(x.dtype).mul(0.25))
  },
  checkpoint: ({ values, variables, generator }: State, { operands: [a, i], detail }: RandomStep) => {
    const x = pick(values, a)
    return checkpoint((each: Tensor) => {
      const y = detail % 2 === 0 ? dropout(each, 0.25, { generator }).tanh() : each.square().add(1).sqrt()
      return variables.length === 0 ? y.mul(y) : y.mul(y).add(mean(pick(variables, i).value))
    })(x)
  },
  read: ({ variables, values }: State, { operands: [a] }: RandomStep) =>
    variables.length === 0 ? pick(values, a).neg() : stopGradient(pick(variables, a).value),
  // Aliases, since eagerly a variable frees what it held.
  /** One variable takes what another holds, or a value of its shape, or its own value changed. */
  assign: ({ variables, values }: State, { operands: [i, j], detail }: RandomStep) => {
    if (variables.length === 0) return pick(values, i).abs()
    const target = pick(variables, i)
    const fits = values.filter(({ shape }) => shape.join() === target.shape.join())
    const other = pick(variables, j)
    const change = target.value.mul(0.5).add(mean(bounded(pick(values, j))))
    const taller = values.filter(
      ({ shape }) => shape.slice(1).join() === target.shape.join() && shape[0] !== 0,
    )
    if (detail % 5 === 0 && taller.length > 0) target.assign(sum(pick(taller, j), 0))
    else if (detail % 3 === 0 && other.shape.join() === target.shape.join()) target.assign(other.value)
    else if (detail % 3 === 1 && fits.length > 0) target.assign(stopGradient(pick(fits.slice(-3), j)))
    else if (fits.length > 0) target.assign(target.value.sub(pick(fits, j).mul(0.125)))
    else if (change.shape.join() === target.shape.join()) target.assign(change)
    return stopGradient(target.value)
  },
} satisfies Record<string, (state: State, step: RandomStep) => Tensor>

/** Kinds that leave variables alone. */
const PURE = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => kind !== 'assign')

/** Lists of steps. @param withAssignments whether they change variables */
export function randomSteps(withAssignments: boolean): fc.Arbitrary<RandomStep[]> {
  const kinds: (keyof typeof KINDS)[] = withAssignments ? [...PURE, 'assign', 'assign', 'assign'] : PURE
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    operands: fc.tuple(fc.nat(40), fc.nat(40)),
    detail: fc.nat(60),
  })
  return fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })
}

/** The values of all steps, after the inputs. */
export function runSteps(
  steps: readonly RandomStep[],
  inputs: readonly Tensor[],
  variables: readonly Variable[],
  generator: Generator,
): Tensor[] {
  const values = [...inputs]
  for (const step of steps) values.push(KINDS[step.kind]({ values, variables, generator }, step))
  return values
}
