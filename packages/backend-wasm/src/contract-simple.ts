/**
 * Contractions as reductions of a product, with the operands repeated along the axes that they lack: correct for every
 * type and layout, and the way for all that has no kernel of its own.
 */
import { type ContractCall, type DType, type Expr, expressions, input, type View } from '@nabla/backend'
import type { Device } from './device.js'
import { runReduce } from './reduce/reduce.js'

/** Strides with others put in from an axis on. */
const insert = (strides: readonly number[], at: number, inserted: readonly number[]): number[] => [
  ...strides.slice(0, at),
  ...inserted,
  ...strides.slice(at),
]

const zeros = (count: number): number[] => new Array<number>(count).fill(0)

const products = new Map<DType, Expr>()

function productOf(dtype: DType): Expr {
  const product = products.get(dtype) ?? expressions.multiply(input(0, dtype), input(1, dtype))
  products.set(dtype, product)
  return product
}

/** `output[b, m, n] = Σ_k left[b, m, k] · right[b, k, n]`, mapped by `post` if there is one. */
export function runContract(call: ContractCall, device: Device): void {
  const { label, batch, rows, columns, contracted, left, right, scalars, post, postInputs, output } = call
  const { dtype } = left
  const inner = left.shape.slice(batch + rows)
  const shape = [...output.shape, ...inner]
  const kept = batch + rows + columns
  // right has its contracted axes before its columns.
  const own = right.strides
  const rightStrides = [
    ...own.slice(0, batch),
    ...zeros(rows),
    ...own.slice(batch + contracted),
    ...own.slice(batch, batch + contracted),
  ]
  const keepAxes = (view: View): View => ({
    ...view,
    shape: [...view.shape, ...inner.map(() => 1)],
    strides: [...view.strides, ...zeros(contracted)],
  })
  runReduce(device, {
    kind: 'reduce',
    label,
    operation: 'sum',
    shape,
    axes: inner.map((_, axis) => kept + axis),
    expression: productOf(dtype),
    inputs: [
      { ...left, shape, strides: insert(left.strides, batch + rows, zeros(columns)) },
      { ...right, shape, strides: rightStrides },
    ],
    scalars,
    ...(post && { post }),
    ...(postInputs && { postInputs: postInputs.map(keepAxes) }),
    output: keepAxes(output),
  })
}
