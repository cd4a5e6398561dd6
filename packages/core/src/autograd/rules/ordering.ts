/**
 * Gradients of running reductions, gather, scatter and sort.
 */
import { constant, type Expr, expressions as e, index, input } from '@nabla/backend'
import { fillLike } from '../../primitives/fill-like.js'
import { map } from '../../primitives/map.js'
import { gather, scan, scatter } from '../../primitives/ordering.js'
import { reduce } from '../../primitives/reduce.js'
import { broadcast, permute, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { type GradientRule, inputAt, type RuleContext } from './rule.js'

type Scan = RuleContext<'scan'>

function moveLast(label: string, x: Tensor, axis: number): Tensor {
  const others = x.shape.map((_, each) => each).filter((each) => each !== axis)
  return permute(label, x, [...others, axis])
}

function moveBack(label: string, x: Tensor, axis: number): Tensor {
  const last = x.shape.length - 1
  const order = x.shape.map((_, each) => each - (each > axis ? 1 : 0)).with(axis, last)
  return permute(label, x, order)
}

/** Whether element i (second to last axis) takes part in running result j (last axis). */
function takesPart(rank: number, reverse: boolean, exclusive: boolean): Expr {
  const i = index(rank - 1)
  const j = index(rank)
  if (reverse) return exclusive ? e.less(j, i) : e.lessEqual(j, i)
  return exclusive ? e.less(i, j) : e.lessEqual(i, j)
}

/**
 * Running products and extremes have no cheaper rule that is right everywhere (zeros, ties), so their Jacobian is
 * formed: weights [..., i, j] of element i in result j, applied to the cotangent and summed over j.
 */
function throughJacobian(context: Scan, weights: (x: Tensor, label: string) => Tensor): Tensor {
  const { operation, parameters, inputs, cotangent } = context
  const label = `${operation} gradient`
  const x = moveLast(label, inputAt(inputs, 0), parameters.axis)
  const length = x.shape.at(-1) as number
  const lead = x.shape.slice(0, -1)
  const jacobian = weights(x, label)
  const ct = reshape(label, moveLast(label, cotangent, parameters.axis), [...lead, 1, length])
  const weighted = map(label, e.multiply(input(0, x.dtype), input(1, x.dtype)), [jacobian, ct])
  const summed = reduce(label, 'sum', weighted, [lead.length + 1], false)
  return moveBack(label, summed, parameters.axis)
}

function scanProduct(context: Scan): Tensor {
  const { reverse, exclusive } = context.parameters
  return throughJacobian(context, (x, label) => {
    const rank = x.shape.length
    const length = x.shape.at(-1) as number
    const square = [...x.shape.slice(0, -1), length, length]
    const rows = broadcast(label, reshape(label, x, [...x.shape.slice(0, -1), 1, length]), square)
    const one = constant(1, x.dtype)
    const others = map(label, e.select(e.equal(index(rank - 1), index(rank)), one, input(0, x.dtype)), [rows])
    const running = scan(label, 'product', others, { axis: rank, reverse, exclusive })
    return map(label, e.select(takesPart(rank, reverse, exclusive), input(0, x.dtype), 0), [running])
  })
}

function scanExtreme(context: Scan): Tensor {
  const { axis, reverse, exclusive } = context.parameters
  return throughJacobian(context, (x, label) => {
    const rank = x.shape.length
    const length = x.shape.at(-1) as number
    const lead = x.shape.slice(0, -1)
    const columns = reshape(label, x, [...lead, length, 1])
    const results = reshape(label, moveLast(label, context.output, axis), [...lead, 1, length])
    const isWinner = e.and(e.equal(input(0, x.dtype), input(1, x.dtype)), takesPart(rank, reverse, exclusive))
    const winners = map(label, e.cast(isWinner, x.dtype), [columns, results])
    const count = reduce(label, 'sum', winners, [rank - 1], true)
    return map(label, e.divide(input(0, x.dtype), e.maximum(input(1, x.dtype), 1)), [winners, count])
  })
}

export const scanRule: GradientRule<'scan'> = (context) => {
  const { operation, parameters, cotangent } = context
  switch (parameters.operation) {
    case 'sum':
      return [
        scan(`${operation} gradient`, 'sum', cotangent, { ...parameters, reverse: !parameters.reverse }),
      ]
    case 'product':
      return [scanProduct(context)]
    case 'maximum':
    case 'minimum':
      return [scanExtreme(context)]
  }
}

export const gatherRule: GradientRule<'gather'> = ({ operation, parameters, inputs, cotangent, needs }) => {
  if (!needs(0)) return []
  const label = `${operation} gradient`
  const zeros = fillLike(label, cotangent, inputAt(inputs, 0).shape, 0)
  return [scatter(label, 'add', zeros, inputAt(inputs, 1), cotangent, parameters.axis), undefined]
}

export const sortRule: GradientRule<'sort'> = ({ operation, parameters, inputs, cotangent }) => {
  const label = `${operation} gradient`
  const zeros = fillLike(label, cotangent, cotangent.shape, 0)
  return [scatter(label, 'add', zeros, inputAt(inputs, 1), cotangent, parameters.axis)]
}

type Scatter = RuleContext<'scatter'>

function scatterSet({ operation, parameters: { axis }, inputs, cotangent }: Scatter): Tensor[] {
  const label = `${operation} gradient`
  const indices = inputAt(inputs, 1)
  const updates = inputAt(inputs, 2)
  const zeros = fillLike(label, cotangent, updates.shape, 0)
  const initial = scatter(label, 'set', cotangent, indices, zeros, axis)
  // Of several updates to one place the last won: it finds its own position there.
  const own = map(label, e.add(e.multiply(e.cast(input(0, updates.dtype), 'int32'), 0), index(axis)), [zeros])
  const nobody = fillLike(label, own, cotangent.shape, -1)
  const winners = gather(label, scatter(label, 'set', nobody, indices, own, axis), indices, axis)
  const won = e.equal(input(0, 'int32'), input(1, 'int32'))
  const picked = gather(label, cotangent, indices, axis)
  return [initial, map(label, e.select(won, input(2, cotangent.dtype), 0), [winners, own, picked])]
}

/** Whatever equals the result shares its cotangent. */
function scatterExtreme({ operation, parameters: { axis }, inputs, output, cotangent }: Scatter): Tensor[] {
  const label = `${operation} gradient`
  const [initial, indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)]
  const { dtype } = cotangent
  const wins = e.cast(e.equal(input(0, dtype), input(1, dtype)), dtype)
  const initialWins = map(label, wins, [initial, output])
  const updateWins = map(label, wins, [updates, gather(label, output, indices, axis)])
  const count = scatter(label, 'add', initialWins, indices, updateWins, axis)
  const share = map(label, e.divide(input(0, dtype), e.maximum(input(1, dtype), 1)), [cotangent, count])
  const product = e.multiply(input(0, dtype), input(1, dtype))
  return [
    map(label, product, [initialWins, share]),
    map(label, product, [updateWins, gather(label, share, indices, axis)]),
  ]
}

export const scatterRule: GradientRule<'scatter'> = (context) => {
  const { operation, parameters, inputs, cotangent } = context
  switch (parameters.operation) {
    case 'add':
      return [
        cotangent,
        undefined,
        gather(`${operation} gradient`, cotangent, inputAt(inputs, 1), parameters.axis),
      ]
    case 'set': {
      const [initial, updates] = scatterSet(context)
      return [initial, undefined, updates]
    }
    case 'maximum':
    case 'minimum': {
      const [initial, updates] = scatterExtreme(context)
      return [initial, undefined, updates]
    }
  }
}
