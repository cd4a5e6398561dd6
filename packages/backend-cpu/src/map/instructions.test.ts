/**
 * Every scalar instruction in every type against `evaluateExpr`, and each with every choice of uniform operands.
 */
import {
  apply,
  DTYPES,
  type DType,
  type Expr,
  expressions as e,
  evaluateExpr,
  INSTRUCTIONS,
  type Instruction,
  input,
  isFloat,
  type Position,
  roundToType,
  type Shape,
  type View,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { createCpuBackend } from '../backend.js'
import { broadcastTo, coordinatesOf, emptyView, makeView, readView } from '../testing/views.js'

const backend = createCpuBackend()

function runMap(
  shape: Shape,
  expressions: Expr[],
  inputs: View[],
  outputs: View[],
  scalars: number[] = [],
): void {
  backend.run({ kind: 'map', label: 'test', shape, expressions, inputs, scalars, outputs })
}

/** The numbers that a type stores: what a test has to start from. */
const stored = (values: readonly number[], dtype: DType): number[] =>
  values.map((value) => roundToType(value, dtype))

const HOSTILE = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  -3,
  7.25,
  0.001,
  -0.001,
  1e-8,
  -1e-8,
  1e-40,
  -1e-40,
  20,
  -20,
  88.7,
  -88.7,
  -104,
  100,
  -100,
  1e30,
  -1e30,
  3.4e38,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.84,
  1.3,
  2.9,
  6.5,
]
const INTEGERS: Partial<Record<DType, number[]>> = {
  int32: [0, 1, -1, 2, -2, 3, 7, -7, 31, 33, 255, 65537, -65537, 2 ** 31 - 1, -(2 ** 31), 123456789],
  uint32: [0, 1, 2, 3, 7, 31, 33, 255, 65537, 2 ** 31, 2 ** 32 - 1, 3123456789],
  uint8: [0, 1, 2, 3, 7, 9, 31, 127, 128, 200, 255],
  bool: [0, 1],
}
const samples = (dtype: DType): number[] => stored(INTEGERS[dtype] ?? HOSTILE, dtype)

/** Distance in units in the last place of `dtype`, of a result from the exact value. */
function withinBound(
  actual: number,
  exact: number,
  expected: number,
  dtype: DType,
  instruction: Instruction,
): boolean {
  if (Object.is(actual, expected) || (actual === expected && expected === 0)) return true
  const { ulp, absolute = 0 } = INSTRUCTIONS[instruction] as { ulp: number; absolute?: number }
  if (Number.isNaN(expected) || !Number.isFinite(expected) || !isFloat(dtype)) return false
  const [bits, smallest] =
    dtype === 'float64' ? [52, 2 ** -1074] : dtype === 'float32' ? [23, 2 ** -149] : [10, 2 ** -24]
  const unit = Math.max(smallest, 2 ** (Math.floor(Math.log2(Math.abs(exact))) - bits))
  const difference = Math.abs(actual - exact)
  if (dtype === 'float64') return difference <= Math.max(1e-13 * Math.abs(exact), smallest)
  // Our own promise is closer than the table's: 2 ulp, or half of one where the table asks for exactness.
  return (
    difference <= Math.max(Math.min(ulp, 2), 0.51) * unit || (ulp > 0 && difference <= absolute * 2 ** -24)
  )
}

function operandTypes(instruction: Instruction): readonly DType[] {
  switch (INSTRUCTIONS[instruction].operands) {
    case 'float':
      return ['float32', 'float64', 'float16']
    case 'integer':
      return instruction.startsWith('threefry') ? ['uint32'] : ['int32', 'uint32', 'uint8']
    case 'logical':
      return ['bool', 'int32', 'uint32', 'uint8']
    case 'number':
      return DTYPES.filter((dtype) => dtype !== 'bool')
    case 'any':
      return DTYPES
  }
}

/** The instruction's node over inputs 0 …, in every type it can be in. */
function nodesOf(instruction: Instruction, dtype: DType): Expr[] {
  if (instruction === 'bitcast') {
    const words = ['float32', 'int32', 'uint32'] as const
    return words.some((each) => each === dtype)
      ? words.map((to) => apply('bitcast', [input(0, dtype)], to))
      : []
  }
  if (instruction === 'cast') return DTYPES.map((to) => apply('cast', [input(0, dtype)], to))
  if (instruction === 'select')
    return [apply('select', [input(0, 'bool'), input(1, dtype), input(2, dtype)], dtype)]
  const { arity, result } = INSTRUCTIONS[instruction]
  const operands = Array.from({ length: arity }, (_, slot) => input(slot, dtype))
  return [apply(instruction, operands, result === 'bool' ? 'bool' : dtype)]
}

function operandsOf(node: Expr): readonly Expr[] {
  return node.kind === 'apply' ? node.arguments : []
}

describe('every instruction in every type', () => {
  for (const instruction of Object.keys(INSTRUCTIONS) as Instruction[]) {
    const cases = operandTypes(instruction).flatMap((dtype) => nodesOf(instruction, dtype))
    it(instruction, () => {
      for (const node of cases) checkInstruction(node, instruction)
    })
  }
})

/** All pairs of samples of the operands, with each operand once as a tensor and once as a uniform. */
function checkInstruction(node: Expr, instruction: Instruction): void {
  const lists = operandsOf(node).map((operand) => samples(operand.dtype))
  const rows = (lists[0] as number[]).length
  const columns = Math.max(...lists.slice(1).map((list) => list.length), 1)
  const shape = [rows, columns]
  const operands = lists.map((list, slot) =>
    coordinatesOf(shape).map(([row, column]) =>
      slot === 0
        ? (list[row as number] as number)
        : (list[((column as number) + slot - 1) % list.length] as number),
    ),
  )
  const inputs = operands.map((values, slot) =>
    makeView(backend, (operandsOf(node)[slot] as Expr).dtype, shape, values),
  )
  const output = emptyView(backend, node.dtype, shape)
  runMap(shape, [node], inputs, [output])
  readView(backend, output).forEach((actual, position) => {
    const place: Position = { inputs: operands.map((values) => values[position] as number) }
    const expected = evaluateExpr(node, place)
    const exact = evaluateExpr(node, place, true)
    if (!withinBound(actual, exact, expected, node.dtype, instruction)) {
      expect.fail(
        `${instruction} ${node.dtype} of ${place.inputs}: ${actual} instead of ${expected} (${exact})`,
      )
    }
  })
  for (const buffer of new Set([...inputs, output].map((view) => view.buffer))) backend.release(buffer)
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  const apart = actual.findIndex((x, p) => {
    const y = expected[p] as number
    return !Object.is(x, y) && !(Math.abs(x - y) <= Math.abs(y) * 1e-6)
  })
  expect(apart).toBe(-1)
}

describe('uniform operands give what whole blocks give', () => {
  const a = input(0, 'float32')
  const b = input(1, 'float32')
  const c = input(2, 'float32')
  const condition = e.less(a, b)
  const cases: Record<string, Expr> = {
    add: e.add(a, b),
    subtract: e.subtract(a, b),
    multiply: e.multiply(a, b),
    divide: e.divide(a, b),
    power: e.power(a, b),
    remainder: e.remainder(a, b),
    maximum: e.maximum(a, b),
    minimum: e.minimum(a, b),
    equal: e.equal(a, b),
    less: e.less(a, b),
    lessEqual: e.lessEqual(a, b),
    multiplyAdd: e.multiplyAdd(a, b, c),
    select: e.select(condition, b, c),
    selectLeft: e.select(e.less(a, 0), b, c),
  }
  const interesting = stored([...HOSTILE, 2, 3], 'float32')
  for (const [name, expression] of Object.entries(cases)) {
    it(name, () => {
      const n = interesting.length
      for (const uniform of interesting) {
        for (let mask = 0; mask < 8; mask++) {
          const operands = [0, 1, 2].map((slot) =>
            interesting.map((_, position) =>
              mask & (1 << slot) ? uniform : (interesting[(position + slot * 5) % n] as number),
            ),
          )
          const views = operands.map((values, slot) =>
            mask & (1 << slot)
              ? broadcastTo(makeView(backend, 'float32', [1], [uniform]), [n])
              : makeView(backend, 'float32', [n], values),
          )
          const output = emptyView(backend, expression.dtype, [n])
          runMap([n], [expression], views, [output])
          const expected = interesting.map((_, p) =>
            evaluateExpr(expression, { inputs: operands.map((values) => values[p] as number) }),
          )
          const actual = readView(backend, output)
          if (name === 'power') expectClose(actual, expected)
          else expect(actual).toEqual(expected)
        }
      }
    })
  }
})
