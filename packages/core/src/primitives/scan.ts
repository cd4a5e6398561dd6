/**
 * Running reductions along an axis, and their gradients.
 */
import { constant, type Expr, expressions as e, index, input, type ScanOperation } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate } from '../engine/deliver.js'
import { type GradientRule, inputAt, type RuleContext } from '../engine/gradient-rule.js'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'
import { reduce } from './reduce.js'
import { broadcast, permute, reshape } from './views.js'

export interface ScanOptions {
  readonly axis: number
  readonly reverse: boolean
  readonly exclusive: boolean
}

/** Running sum, product, maximum or minimum along an axis. */
export function scan(operation: string, kind: ScanOperation, x: Tensor, options: ScanOptions): Tensor {
  return perform(
    [x],
    () => ({
      primitive: 'scan',
      operation,
      parameters: { operation: kind, ...options },
      inputs: [x],
      rule: scanRule,
    }),
    () => {
      const { tensor, view } = allocate(operation, x.dtype, x.shape, [x])
      x.backend.run({
        kind: 'scan',
        label: operation,
        operation: kind,
        ...options,
        input: x.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

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

const scanRule: GradientRule<'scan'> = (context) => {
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
