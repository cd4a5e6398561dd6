/**
 * One case for each scalar instruction and dtype: hostile operands in all combinations, every arrangement, sizes around
 * vector widths; results within the instruction's error bound.
 */
import {
  type ApplyExpr,
  apply,
  type Capabilities,
  type DType,
  type Expr,
  INSTRUCTIONS,
  type Instruction,
  input,
  isFloat,
  type MapCall,
  sizeOf,
  type View,
} from '@nabla/backend'
import { expressionInterval } from '../acceptance/expression.js'
import { exactly } from '../acceptance/interval.js'
import type { ConformanceCase } from '../case.js'
import { coordinatesOf } from '../reference/elements.js'
import { arrangement, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'
import { hostileFew, hostileValues, ordinaryValues } from './values.js'

/** A map call held against the acceptance intervals of its expressions. */
export async function checkMap(bench: Bench, call: MapCall, note = ''): Promise<void> {
  const inputs = call.inputs.map(bench.elements)
  const positions = coordinatesOf(call.shape)
  const expected = call.outputs.map((view, i) => ({
    view,
    intervals: positions.map((coordinates, position) =>
      expressionInterval(call.expressions[i] as Expr, {
        inputs: inputs.map((values) => exactly(values[position] as number)),
        scalars: call.scalars,
        coordinates,
      }),
    ),
  }))
  await bench.check(call, expected, note)
}

/** One expression mapped over views into one output. */
export async function mapInto(
  bench: Bench,
  expression: Expr,
  inputs: readonly View[],
  output: View,
  note?: string,
): Promise<void> {
  await checkMap(
    bench,
    {
      kind: 'map',
      label: 'conformance',
      shape: output.shape,
      expressions: [expression],
      inputs,
      scalars: [],
      outputs: [output],
    },
    note,
  )
}

/** The operands of a case: their types, and the node over inputs 0, 1 … */
interface Subject {
  readonly node: ApplyExpr
  readonly operands: readonly DType[]
}

function takes(instruction: Instruction, dtype: DType): boolean {
  switch (INSTRUCTIONS[instruction].operands) {
    case 'any':
      return true
    case 'float':
      return isFloat(dtype)
    case 'number':
      return dtype !== 'bool'
    case 'integer':
      return dtype !== 'bool' && !isFloat(dtype)
    case 'logical':
      return !isFloat(dtype)
  }
}

const WORDS: readonly DType[] = ['float32', 'int32', 'uint32']

/** The nodes that test an instruction for a dtype: one, or for conversions one for each type that is converted to. */
function subjectsOf(instruction: Instruction, dtype: DType, available: readonly DType[]): Subject[] {
  const { arity, result } = INSTRUCTIONS[instruction]
  const over = (operands: readonly DType[], to: DType): Subject => ({
    node: apply(
      instruction,
      operands.map((type, slot) => input(slot, type)),
      to,
    ),
    operands,
  })
  if (instruction === 'cast') return available.map((to) => over([dtype], to))
  if (instruction === 'bitcast') {
    return WORDS.includes(dtype)
      ? WORDS.filter((to) => available.includes(to)).map((to) => over([dtype], to))
      : []
  }
  if (instruction === 'threefryFirst' || instruction === 'threefrySecond') {
    return dtype === 'uint32' ? [over([dtype, dtype, dtype, dtype], dtype)] : []
  }
  if (instruction === 'select') return available.includes('bool') ? [over(['bool', dtype, dtype], dtype)] : []
  if (!takes(instruction, dtype) || (result === 'bool' && !available.includes('bool'))) return []
  return [over(new Array<DType>(arity).fill(dtype), result === 'bool' ? 'bool' : dtype)]
}

/** All ways to choose one value from each list, as one list per operand. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  const count = lists.reduce((product, list) => product * list.length, 1)
  let repeat = count
  return lists.map((list) => {
    repeat /= list.length
    const every = repeat
    return Array.from({ length: count }, (_, i) => list[Math.floor(i / every) % list.length] as number)
  })
}

// Counter and key words of the known answers that the authors of Threefry publish, one per column.
const THREEFRY_WORDS = [
  [0, 0xffffffff, 0x13198a2e],
  [0, 0xffffffff, 0x03707344],
  [0, 0xffffffff, 0x243f6a88],
  [0, 0xffffffff, 0x85a308d3],
]

function hostileOperands({ node, operands }: Subject): number[][] {
  if (node.instruction.startsWith('threefry')) return THREEFRY_WORDS
  // Where a shift count of 32 or more, or the bits of a NaN, would tell nothing about the instruction.
  const lists = operands.map((dtype) => (operands.length === 1 ? hostileValues(dtype) : hostileFew(dtype)))
  if (node.instruction === 'bitcast')
    return combinations(lists.map((list) => list.filter((value) => !Number.isNaN(value))))
  return combinations(lists)
}

/** Sizes around the widths of vectors and blocks. */
const SIZES = [0, 1, 3, 4, 5, 67]

async function checkSubject(bench: Bench, subject: Subject): Promise<void> {
  const { node, operands } = subject
  const hostile = hostileOperands(subject)
  const shape = [hostile[0]?.length ?? 0]
  const values = (dtype: DType, count: number, seed: number): number[] =>
    node.instruction === 'log' || node.instruction === 'sqrt' || node.instruction === 'rsqrt'
      ? ordinaryValues(dtype, count, seed).map((value) => Math.abs(value) + 0.25)
      : ordinaryValues(dtype, count, seed)
  const views = operands.map((dtype, i) => bench.view(dtype, shape, hostile[i] as number[]))
  await mapInto(bench, node, views, bench.output(node.dtype, shape), 'hostile values')
  for (const size of SIZES) {
    const some = operands.map((dtype, i) => bench.view(dtype, [size], values(dtype, size, size + i)))
    await mapInto(bench, node, some, bench.output(node.dtype, [size]))
  }
  for (let i = 0; i < READABLE.length; i++) {
    const box = i % 2 === 0 ? [3, 5] : [2, 3, 2]
    const some = operands.map((dtype, slot) =>
      bench.view(dtype, box, values(dtype, sizeOf(box), i + slot), arrangement(READABLE, i + 3 * slot)),
    )
    await mapInto(bench, node, some, bench.output(node.dtype, box, arrangement(WRITABLE, i)))
  }
}

/** A case for every instruction and every declared dtype that it takes. */
export function mapInstructionCases({ dtypes }: Capabilities): ConformanceCase[] {
  return (Object.keys(INSTRUCTIONS) as Instruction[]).flatMap((instruction) =>
    dtypes.flatMap((dtype): ConformanceCase[] => {
      const subjects = subjectsOf(instruction, dtype, dtypes)
      if (subjects.length === 0) return []
      const run: ConformanceCase['run'] = (backend) =>
        onBench(backend, async (bench) => {
          for (const subject of subjects) await checkSubject(bench, subject)
        })
      return [{ level: 'kernel', subject: `map ${instruction}`, dtype, run }]
    }),
  )
}
