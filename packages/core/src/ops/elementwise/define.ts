/**
 * How an elementwise operation is defined: a name, what it does to dtypes, and an expression. Kernels for every
 * backend, gradients of every order, broadcasting and plain numbers as operands all follow from that one line.
 */
import {
  broadcastShapes,
  type DType,
  DTypeError,
  type Expr,
  expressions,
  input,
  isFloat,
  promoteTypes,
  promoteWithNumber,
  type Shape,
  scalar,
  toFloatType,
} from '@nabla/backend'
import { map } from '../../primitives/map.js'
import type { Tensor } from '../../tensor.js'
import type { Broadcast, Broadcastable, Promote, ToFloat } from '../../types/shapes.js'
import { typed } from '../../types/typed.js'

/**
 * What an operation takes and gives:
 * - `number`: any numeric type, which it keeps (bool becomes int32)
 * - `float`: integers become float32
 * - `compare`: any type, gives bool
 * - `logical`: any type read as bool, gives bool
 * - `integer`: integer types and bool only, which it keeps
 */
export type DTypeRule = 'number' | 'float' | 'compare' | 'logical' | 'integer'

/** The type that operands are brought to before the expression sees them. */
function computeType(operation: string, rule: DTypeRule, dtype: DType): DType {
  switch (rule) {
    case 'number':
      return dtype === 'bool' ? 'int32' : dtype
    case 'float':
      return toFloatType(dtype)
    case 'compare':
      return dtype
    case 'logical':
      return 'bool'
    case 'integer':
      if (!isFloat(dtype)) return dtype
      throw new DTypeError(operation, {
        expected: 'integers or booleans',
        received: dtype,
        fix: "cast first: x.cast('int32')",
      })
  }
}

type Kernel = { readonly expression: Expr }

/** An operand: a tensor's dtype, or `number` for a weak scalar that is passed with the call. */
type OperandType = DType | 'scalar'

/** The types that the operands meet in, weak scalars last. */
function commonType(operands: readonly (Tensor | number)[]): DType {
  let dtype: DType | undefined
  for (const operand of operands) {
    if (typeof operand !== 'number') dtype = dtype === undefined ? operand.dtype : promoteTypes(dtype, operand.dtype)
  }
  let result: DType = dtype ?? 'float32'
  for (const operand of operands) if (typeof operand === 'number') result = promoteWithNumber(result, operand)
  return result
}

/**
 * A function of operands that looks up, or builds once, the expression for their types and runs it.
 *
 * @param build the expression of the operation over its operands, all of one type
 */
export function elementwise(
  operation: string,
  rule: DTypeRule,
  build: (...operands: Expr[]) => Expr,
): (...operands: (Tensor | number)[]) => Tensor {
  const kernels = new Map<string, Kernel>()
  const kernelFor = (types: readonly OperandType[], meeting: DType): Kernel => {
    const key = `${types.join()}:${meeting}`
    const known = kernels.get(key)
    if (known !== undefined) return known
    const target = computeType(operation, rule, meeting)
    let inputs = 0
    let scalars = 0
    const leaves = types.map((type) =>
      type === 'scalar' ? scalar(scalars++, target) : expressions.cast(input(inputs++, type), target),
    )
    const kernel: Kernel = { expression: build(...leaves) }
    kernels.set(key, kernel)
    return kernel
  }
  return (...operands) => {
    const meeting = commonType(operands)
    const types = operands.map((operand): OperandType => (typeof operand === 'number' ? 'scalar' : operand.dtype))
    const { expression } = kernelFor(types, meeting)
    const inputs: Tensor[] = []
    const scalars: number[] = []
    for (const operand of operands) {
      if (typeof operand === 'number') scalars.push(rule === 'logical' ? Number(operand !== 0) : operand)
      else inputs.push(operand)
    }
    const [first, ...rest] = inputs
    if (first === undefined) {
      throw new DTypeError(operation, {
        expected: 'at least one tensor',
        received: 'numbers only',
        fix: 'make one of them a tensor: tensor(value)',
      })
    }
    return map(operation, expression, [first, ...rest], scalars)
  }
}

/** The dtype that each rule gives. */
interface ResultTypes<D extends DType> {
  number: D
  float: ToFloat<D>
  compare: 'bool'
  logical: 'bool'
  integer: D
}

export type UnaryOperation<R extends DTypeRule> = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
) => Tensor<S, ResultTypes<D>[R]>

export interface BinaryOperation<R extends DTypeRule> {
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    a: Tensor<A, D>,
    b: Tensor<B, E> & Broadcastable<A, B>,
  ): Tensor<Broadcast<A, B>, ResultTypes<Promote<D, E>>[R]>
  <S extends Shape, D extends DType>(a: Tensor<S, D>, b: number): Tensor<S, ResultTypes<D>[R]>
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, ResultTypes<D>[R]>
}

/** An operation on one tensor: one line per operation. */
export function unary<R extends DTypeRule>(operation: string, rule: R, build: (x: Expr) => Expr): UnaryOperation<R> {
  return typed(elementwise(operation, rule, build))
}

/** An operation on two operands, tensors or numbers, that broadcast: one line per operation. */
export function binary<R extends DTypeRule>(
  operation: string,
  rule: R,
  build: (a: Expr, b: Expr) => Expr,
): BinaryOperation<R> {
  return typed(elementwise(operation, rule, build))
}

/** Shapes of any operands brought together, for operations that check before they compute. */
export function broadcastAll(operation: string, tensors: readonly Tensor[]): Shape {
  return tensors.reduce<Shape>((shape, { shape: next }) => broadcastShapes(operation, shape, next), [])
}
