/** Texts of expressions: every instruction on every type compiles, with and without `f16`; and what a text looks like. */
import {
  apply,
  constant,
  type DType,
  expressions as e,
  INSTRUCTIONS,
  type Instruction,
  index,
  input,
  scalar,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { planMap } from '../kernels/map/map.js'
import { dummyMap, onInputs, usesOf } from '../testing/call.js'
import { PORTABLE } from '../testing/plan-bench.js'
import { Validator } from '../testing/validate.js'
import { emitExpressions, type Leaves } from './emit.js'
import { floatLiteral, literal } from './literal.js'

const TYPES: readonly DType[] = ['bool', 'uint8', 'int32', 'uint32', 'float16', 'float32']
const instructions = Object.keys(INSTRUCTIONS) as Instruction[]
const validator = await Validator.open()

describe.each([false, true])('with f16: %s', (float16) => {
  it.each(instructions)('%s compiles on every type, on constants too', async (instruction) => {
    for (const dtype of TYPES) {
      for (const [operands, to] of usesOf(instruction, dtype, TYPES)) {
        const zeros = apply(
          instruction,
          operands.map((type) => constant(0, type)),
          to,
        )
        for (const expression of [onInputs(instruction, operands, to), zeros]) {
          for (const shape of [[4], [3, 5]]) {
            const [dispatch] = planMap(dummyMap(expression, operands, shape), { ...PORTABLE, float16 })
            expect(dispatch && (await validator.errors(dispatch))).toBe('')
          }
        }
      }
    }
  })
})

const leaves: Leaves = {
  input: (slot) => `in${slot}`,
  scalar: (slot) => `s${slot}`,
  index: (axis) => `at${axis}`,
}
const [x, y] = [input(0, 'float32'), input(1, 'float32')]

describe('an expression', () => {
  it('has one statement a node, shared nodes once', () => {
    const sum = e.add(x, y)
    const { statements, results } = emitExpressions([e.multiply(sum, sum), sum], leaves, 'v')
    expect(statements).toBe('let v0 = (in0 + in1);\nlet v1 = (v0 * v0);')
    expect(results).toEqual(['v1', 'v0'])
  })

  it('reads its leaves where the kernel says', () => {
    const expression = e.add(e.cast(index(1), 'float32'), e.multiply(x, scalar(2, 'float32')))
    expect(emitExpressions([expression], leaves, 't').statements).toBe(
      'let t0 = f32(at1);\nlet t1 = (in0 * s2);\nlet t2 = (t0 + t1);',
    )
    expect(emitExpressions([x], leaves, 't')).toEqual({ statements: '', results: ['in0'], functions: [] })
  })

  it('lists functions once, callees first', () => {
    const { functions } = emitExpressions([e.add(e.exp(x), e.erf(y))], leaves, 't')
    expect(new Set(functions).size).toBe(functions.length)
    const names = functions.map((text) => /fn (\w+)/.exec(text)?.[1])
    expect(names.indexOf('exp_sum')).toBeLessThan(names.indexOf('exponential'))
    expect(names.indexOf('exponential')).toBeLessThan(names.indexOf('error_function'))
  })

  it('draws both words of Threefry at once', () => {
    const words = [0, 1, 2, 3].map((slot) => input(slot, 'uint32')) as [
      typeof x,
      typeof x,
      typeof x,
      typeof x,
    ]
    const { statements } = emitExpressions([e.threefry(0, ...words), e.threefry(1, ...words)], leaves, 't')
    expect(statements.match(/threefry/g)).toHaveLength(1)
  })

  it('lets no division by a constant 0 reach the compiler', () => {
    const { statements } = emitExpressions([e.divide(input(0, 'int32'), 0)], leaves, 't')
    expect(statements).toContain('let t0 = 0i;')
    expect(statements).toContain('in0 / t0')
  })

  it('of float64 is an error', () => {
    expect(() => emitExpressions([input(0, 'float64')], leaves, 't')).toThrow('float64')
  })
})

describe('a literal', () => {
  it.each([
    [1, '1f'],
    [-2.5, '(-2.5f)'],
    [1e30, '1.0000000150474662e+30f'],
    [-0, 'bitcast<f32>(0x80000000u)'],
    [0.1, '0.10000000149011612f'],
  ])('of %d is %s', (value, text) => {
    expect(floatLiteral(value)).toBe(text)
  })

  it('of integers has their suffix', () => {
    expect(literal(-(2 ** 31), 'int32')).toBe('(-2147483647i - 1i)')
    expect(literal(-1, 'uint32')).toBe('4294967295u')
    expect(literal(257, 'uint8')).toBe('1u')
    expect(literal(2, 'bool')).toBe('true')
  })

  it('takes what has none from the uniform words', () => {
    expect(floatLiteral(Number.POSITIVE_INFINITY)).toContain('u.words')
    expect(floatLiteral(1e300)).toBe(floatLiteral(Number.POSITIVE_INFINITY))
    expect(floatLiteral(Number.NaN)).toContain('u.words')
  })
})
