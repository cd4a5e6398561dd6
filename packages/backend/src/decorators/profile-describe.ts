/**
 * A kernel call in a few words, for profiles and traces: the shapes involved, and the expressions that it computes.
 */
import { type Expr, formatExpr, topologicalOrder } from '../expr/node.js'
import type { KernelCall, ReduceCall } from '../kernel.js'
import { type Shape, sizeOf } from '../shape.js'

/** Longest expression, in nodes, that is written out. */
const LONGEST = 80

const times = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('×'))

/**
 * The shapes of a call: what a map iterates over; before and after, where that changes; rows×columns×contracted of a
 * contraction, after the number of matrices where there are several.
 */
export function describeShape(call: KernelCall<unknown, unknown>): string {
  switch (call.kind) {
    case 'map':
      return times(call.shape)
    case 'reduce':
      return `${times(call.shape)} → ${times(call.output.shape)}`
    case 'contract': {
      const { batch, rows, left, right, contracted, output } = call
      const matrices = sizeOf(output.shape.slice(0, batch))
      const m = sizeOf(left.shape.slice(batch, batch + rows))
      const n = sizeOf(right.shape.slice(batch + contracted))
      const k = sizeOf(left.shape.slice(batch + rows))
      return `${matrices === 1 ? '' : `${matrices} of `}${m}×${n}×${k}`
    }
    case 'pool':
      return `${times(call.source.shape)} → ${times(call.output.shape)}, windows of ${times(call.geometry.window)}`
    case 'scan':
    case 'sort':
      return `${times(call.input.shape)} along axis ${call.axis}`
    case 'gather':
      return `${times(call.input.shape)} → ${times(call.output.shape)}`
    case 'scatter':
      return `${times(call.updates.shape)} → ${times(call.output.shape)}`
    case 'composite': {
      const { axis } = call.attributes
      const shapes = call.inputs.map(({ shape }) => times(shape)).join(', ')
      return axis === undefined ? shapes : `${shapes} along axis ${axis}`
    }
  }
}

const texts = new WeakMap<Expr, string>()

/** Shared nodes are written out wherever they are used, which may take exponentially long: that is left out. */
function describeExpr(expression: Expr): string {
  const known = texts.get(expression)
  if (known !== undefined) return known
  const order = topologicalOrder([expression])
  const lengths = new Map<Expr, number>()
  for (const node of order) {
    const operands = node.kind === 'apply' ? node.arguments : []
    lengths.set(
      node,
      operands.reduce((sum, operand) => sum + (lengths.get(operand) ?? 0), 1),
    )
  }
  const isShort = (lengths.get(expression) ?? 0) <= LONGEST
  const instructions = order.filter((node) => node.kind === 'apply')
  const last = instructions.at(-1)?.instruction ?? ''
  const text = isShort ? formatExpr(expression) : `${last}(…), ${instructions.length} instructions`
  texts.set(expression, text)
  return text
}

function describeReduction({ operation, expression, post }: ReduceCall): string {
  const reduced = `${operation} of ${describeExpr(expression)}`
  return post === undefined ? reduced : `${reduced}, then ${describeExpr(post)}`
}

/** What a call computes per element, as `formatExpr` writes it; nothing for kinds whose label says it all. */
export function describeExpressions(call: KernelCall): string | undefined {
  switch (call.kind) {
    case 'map':
      return call.expressions.map(describeExpr).join('; ')
    case 'reduce':
      return describeReduction(call)
    case 'contract':
      return call.post === undefined ? undefined : `sum, then ${describeExpr(call.post)}`
    case 'pool':
      return call.mode
    case 'scan':
    case 'scatter':
      return call.operation
    case 'gather':
    case 'sort':
    case 'composite':
      return undefined
  }
}
