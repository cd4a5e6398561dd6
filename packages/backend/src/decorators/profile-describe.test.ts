import { describe, expect, it } from 'vitest'
import { expressions as e } from '../expr/expressions.js'
import { type Expr, input } from '../expr/node.js'
import { describeExpressions, describeShape } from './profile-describe.js'
import { CALLS, EVERY_KIND, viewOf } from './testing/calls.js'

describe('describeShape and describeExpressions', () => {
  it.each(EVERY_KIND)('$call.kind: $shape, $expression', ({ call, shape, expression }) => {
    expect(describeShape(call)).toBe(shape)
    expect(describeExpressions(call)).toBe(expression)
  })

  it('leaves out what there is only one of', () => {
    const one = { batch: 0, left: viewOf([4, 5]), right: viewOf([5, 6]), output: viewOf([4, 6]) }
    const { post: _, postInputs: __, ...call } = CALLS.contract.call
    expect(describeShape({ ...call, ...one })).toBe('4×6×5')
    expect(describeExpressions({ ...call, ...one })).toBeUndefined()
    expect(describeShape({ ...CALLS.map.call, shape: [] })).toBe('scalar')
    expect(describeShape({ ...CALLS.composite.call, attributes: {} })).toBe('4×10')
  })

  it('does not write out an expression that would be enormous', () => {
    let power: Expr = input(0, 'float32')
    for (let squared = 0; squared < 40; squared++) power = e.multiply(power, power)
    const call = { ...CALLS.map.call, expressions: [power, input(1, 'float32')] }
    expect(describeExpressions(call)).toBe('multiply(…), 40 instructions; in1')
  })
})
