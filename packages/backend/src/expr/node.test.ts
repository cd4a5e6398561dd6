import { describe, expect, it } from 'vitest'
import { expressions as e } from './expressions.js'
import {
  apply,
  constant,
  type Expr,
  formatExpr,
  index,
  input,
  internExpr,
  scalar,
  topologicalOrder,
  transformExpr,
} from './node.js'

const x = input(0, 'float32')
const y = input(1, 'float32')
const silu = e.divide(x, e.add(e.exp(e.negate(x)), 1))

describe('interning', () => {
  it('makes equal expressions the same object', () => {
    expect(input(0, 'float32')).toBe(x)
    expect(scalar(2, 'int32')).toBe(scalar(2, 'int32'))
    expect(index(1)).toBe(index(1))
    expect(e.divide(x, e.add(e.exp(e.negate(x)), 1))).toBe(silu)
  })

  it('tells apart what differs in anything', () => {
    const nodes: Expr[] = [
      x,
      y,
      input(0, 'float64'),
      scalar(0, 'float32'),
      index(0),
      constant(0, 'float32'),
      constant(-0, 'float32'),
      constant(0, 'int32'),
      constant(Number.NaN, 'float32'),
      apply('add', [x, y], 'float32'),
      apply('add', [y, x], 'float32'),
      apply('subtract', [x, y], 'float32'),
    ]
    expect(new Set(nodes).size).toBe(nodes.length)
    expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length)
  })

  it('keeps the sign of zero and finds NaN again', () => {
    expect(Object.is(constant(-0, 'float32').value, -0)).toBe(true)
    expect(constant(Number.NaN, 'float32')).toBe(constant(Number.NaN, 'float32'))
  })

  it('takes back a copy that went through structuredClone', () => {
    const copy = structuredClone(silu)
    expect(copy).not.toBe(silu)
    expect(internExpr(copy)).toBe(silu)
  })
})

describe('walking', () => {
  it('visits operands before those who use them, each once', () => {
    const order = topologicalOrder([silu, e.negate(x)])
    expect(new Set(order).size).toBe(order.length)
    for (const node of order) {
      if (node.kind !== 'apply') continue
      for (const operand of node.arguments) expect(order.indexOf(operand)).toBeLessThan(order.indexOf(node))
    }
    expect(order.at(-1)).toBe(silu)
  })

  it('transforms shared nodes once and leaves the rest alone', () => {
    let visits = 0
    const squared = apply('multiply', [silu, silu], 'float32')
    const replaced = transformExpr(squared, (node) => {
      if (node !== x) return undefined
      visits += 1
      return y
    })
    expect(visits).toBe(1)
    expect(formatExpr(replaced)).toBe(formatExpr(squared).replaceAll('in0', 'in1'))
    expect(transformExpr(silu, () => undefined)).toBe(silu)
  })

  it('writes expressions as text', () => {
    expect(formatExpr(silu)).toBe('divide(in0, add(exp(negate(in0)), 1))')
    expect(formatExpr(e.cast(e.add(index(2), scalar(1, 'int32')), 'float32'))).toBe(
      'float32(add(index2, s1))',
    )
  })
})
