import { describe, expect, it } from 'vitest'
import { differentiate, renumberInputs, substitute } from './differentiate.js'
import { evaluateExpr } from './evaluate.js'
import { expressions as e } from './expressions.js'
import { INSTRUCTIONS } from './instructions.js'
import { apply, constant, type Expr, formatExpr, input, topologicalOrder } from './node.js'
import type { Instruction } from './operands.js'

const x = input(0, 'float64')
const y = input(1, 'float64')
const ct = input(9, 'float64')

/** Operands away from jumps and singularities, for every instruction that yields a float. */
const POINTS: Partial<Record<Instruction, readonly (readonly number[])[]>> = {
  log: [[0.3], [2.5]],
  log1p: [[-0.4], [3]],
  sqrt: [[0.2], [4]],
  rsqrt: [[0.2], [4]],
  power: [
    [0.7, 2.3],
    [2.5, -1.5],
    [3, 0],
  ],
  remainder: [
    [7.3, 2],
    [-7.3, 2],
    [7.3, -2],
  ],
  select: [
    [1, 2.5, -1.5],
    [0, 2.5, -1.5],
  ],
}
const DEFAULT: Record<number, readonly (readonly number[])[]> = {
  1: [[0.37], [-1.6], [2.3]],
  2: [
    [0.7, 1.9],
    [-1.3, 0.6],
    [2.4, -0.8],
  ],
  3: [
    [0.7, 1.9, -0.3],
    [-1.3, 0.6, 2.2],
  ],
}

function finiteDifference(root: Expr, inputs: readonly number[], slot: number): number {
  const step = 1e-5
  const at = (delta: number): number =>
    evaluateExpr(root, { inputs: inputs.with(slot, (inputs[slot] as number) + delta) })
  return (at(step) - at(-step)) / (2 * step)
}

function floats(instruction: Instruction): Expr[] | undefined {
  const { arity, operands, result } = INSTRUCTIONS[instruction]
  if (instruction === 'bitcast' || result === 'bool' || operands === 'integer' || operands === 'logical')
    return undefined
  const leaves: Expr[] = Array.from({ length: arity }, (_, slot) => input(slot, 'float64'))
  if (instruction === 'select') leaves[0] = input(0, 'bool')
  return leaves
}

describe('differentiate', () => {
  it.each(Object.keys(INSTRUCTIONS) as Instruction[])(
    'agrees with finite differences for %s',
    (instruction) => {
      const leaves = floats(instruction)
      if (leaves === undefined) {
        const dtype =
          INSTRUCTIONS[instruction].operands === 'float' || instruction === 'bitcast' ? 'float32' : 'int32'
        const operands = Array.from({ length: INSTRUCTIONS[instruction].arity }, (_, slot) =>
          input(slot, dtype),
        )
        const node = apply(instruction, operands, 'int32')
        expect(differentiate(node, input(9, 'int32'), operands).every((part) => part === undefined)).toBe(
          true,
        )
        return
      }
      const root = apply(instruction, leaves, 'float64')
      const parts = differentiate(root, ct, leaves)
      for (const inputs of POINTS[instruction] ??
        (DEFAULT[leaves.length] as readonly (readonly number[])[])) {
        leaves.forEach((leaf, slot) => {
          if (leaf.dtype === 'bool') {
            expect(parts[slot]).toBeUndefined()
            return
          }
          const part = parts[slot]
          const withCotangent = [...inputs, ...new Array<number>(9 - inputs.length).fill(0), 1.5]
          const derivative = part === undefined ? 0 : evaluateExpr(part, { inputs: withCotangent })
          expect(derivative, formatExpr(part ?? root)).toBeCloseTo(
            1.5 * finiteDifference(root, inputs, slot),
            6,
          )
        })
      }
    },
  )

  it('second derivatives come from differentiating again', () => {
    const root = e.tanh(e.multiply(x, x))
    const [first] = differentiate(root, constant(1, 'float64'), [x])
    const [second] = differentiate(first as Expr, constant(1, 'float64'), [x])
    for (const at of [0.3, -0.9, 1.4]) {
      expect(evaluateExpr(second as Expr, { inputs: [at] })).toBeCloseTo(
        finiteDifference(first as Expr, [at], 0),
        7,
      )
    }
  })

  it('sums the ways on which a leaf is reached', () => {
    const root = e.add(e.multiply(x, y), e.multiply(x, x))
    const [dx, dy] = differentiate(root, constant(1, 'float64'), [x, y])
    expect(evaluateExpr(dx as Expr, { inputs: [3, 5] })).toBe(11)
    expect(evaluateExpr(dy as Expr, { inputs: [3, 5] })).toBe(3)
  })

  it('is undefined where nothing depends on the leaf', () => {
    expect(differentiate(e.exp(x), ct, [y])).toEqual([undefined])
    expect(differentiate(e.floor(x), ct, [x])).toEqual([undefined])
    expect(differentiate(e.cast(e.less(x, y), 'float64'), ct, [x, y])).toEqual([undefined, undefined])
  })

  it('shares the cotangent between equal operands of maximum and minimum', () => {
    for (const build of [e.maximum, e.minimum]) {
      const parts = differentiate(build(x, y), constant(1, 'float64'), [x, y])
      expect(parts.map((part) => evaluateExpr(part as Expr, { inputs: [2, 2] }))).toEqual([0.5, 0.5])
    }
  })

  it('has no NaN where the derivative is finite but a factor is not', () => {
    const [dx, dy] = differentiate(e.power(x, y), constant(1, 'float64'), [x, y])
    expect(evaluateExpr(dx as Expr, { inputs: [0, 0] })).toBe(0)
    expect(evaluateExpr(dx as Expr, { inputs: [0, 2] })).toBe(0)
    expect(evaluateExpr(dy as Expr, { inputs: [0, 2] })).toBe(0)
    const [relu] = differentiate(e.select(e.greater(x, 0), x, 0), constant(1, 'float64'), [x])
    expect(evaluateExpr(relu as Expr, { inputs: [Infinity] })).toBe(1)
  })

  it('reuses the result instead of computing it twice', () => {
    const root = e.exp(x)
    const [dx] = differentiate(root, ct, [x])
    expect(topologicalOrder([dx as Expr, root]).filter((node) => node.kind === 'apply')).toHaveLength(2)
  })

  it('casts the cotangent back to the type of a narrower leaf', () => {
    const half = input(0, 'float16')
    const [part] = differentiate(e.cast(half, 'float32'), input(9, 'float32'), [half])
    expect((part as Expr).dtype).toBe('float16')
  })
})

describe('substitute and renumberInputs', () => {
  it('simplify on the way up', () => {
    const root = e.multiply(x, e.add(y, 1))
    expect(substitute(root, new Map<Expr, Expr>([[y, constant(0, 'float64')]]))).toBe(x)
  })

  it('rename inputs all at once, so that two may swap', () => {
    const swapped = renumberInputs(e.subtract(x, y), (slot) => input(1 - slot, 'float64'))
    expect(formatExpr(swapped)).toBe('subtract(in1, in0)')
  })
})
