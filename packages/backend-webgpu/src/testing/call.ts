/** Calls over buffers that nobody has, for planners. */
import {
  apply,
  type Buffer,
  type CompositeCall,
  type CompositeName,
  type DType,
  type Expr,
  INSTRUCTIONS,
  type Instruction,
  input,
  isFloat,
  type Layout,
  type MapCall,
  type ReduceCall,
  type ReduceOperation,
  rowMajorLayout,
  type Shape,
  type View,
} from '@nabla/backend'
import { resultType } from '../kernels/reduce/fold.js'

let nextId = 0

export function dummyView(dtype: DType, layout: Layout | Shape): View {
  const buffer: Buffer = { id: nextId++, dtype, length: 0 }
  return { buffer, dtype, ...('strides' in layout ? layout : rowMajorLayout(layout)) }
}

/** A map of one expression over inputs of its own. */
export function dummyMap(expression: Expr, types: readonly DType[], shape: Shape): MapCall {
  return {
    kind: 'map',
    label: 'test',
    shape,
    expressions: [expression],
    inputs: types.map((dtype) => dummyView(dtype, shape)),
    scalars: [],
    outputs: [dummyView(expression.dtype, shape)],
  }
}

export function dummyReduce(operation: ReduceOperation, x: View, axes: readonly number[]): ReduceCall {
  return {
    kind: 'reduce',
    label: 'test',
    operation,
    shape: x.shape,
    axes,
    expression: input(0, x.dtype),
    inputs: [x],
    scalars: [],
    output: dummyView(
      resultType(operation, x.dtype),
      x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
    ),
  }
}

export function dummyComposite(name: CompositeName, x: View, axis: number): CompositeCall {
  const outputs = [dummyView(x.dtype, x.shape)]
  return { kind: 'composite', label: name, name, attributes: { axis }, inputs: [x], outputs }
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

/** The operand types and results with which an instruction can be used on a dtype. */
export function usesOf(
  instruction: Instruction,
  dtype: DType,
  all: readonly DType[],
): (readonly [DType[], DType])[] {
  const { arity, result } = INSTRUCTIONS[instruction]
  const words = all.filter((each) => ['float32', 'int32', 'uint32'].includes(each))
  if (instruction === 'cast') return all.map((to) => [[dtype], to] as const)
  if (instruction === 'bitcast') return words.includes(dtype) ? words.map((to) => [[dtype], to] as const) : []
  if (instruction === 'select') return [[['bool', dtype, dtype], dtype]]
  if (instruction.startsWith('threefry'))
    return dtype === 'uint32' ? [[[dtype, dtype, dtype, dtype], dtype]] : []
  if (!takes(instruction, dtype)) return []
  return [[new Array<DType>(arity).fill(dtype), result === 'bool' ? 'bool' : dtype]]
}

/** An instruction on the inputs 0, 1 … of the given types. */
export function onInputs(instruction: Instruction, operands: readonly DType[], to: DType): Expr {
  return apply(
    instruction,
    operands.map((dtype, slot) => input(slot, dtype)),
    to,
  )
}
