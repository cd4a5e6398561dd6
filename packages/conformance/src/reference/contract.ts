/** Reference contraction: four loops, over views already in the order [batch, rows, contracted] and so on. */
import { type ContractCall, evaluateExpr, isFloat, roundToType, type Shape, sizeOf } from '@nabla/backend'
import { coordinatesAt, type ReadView, type Written } from './elements.js'

/** Sizes of the four groups of axes. */
export function contractSizes({ batch, rows, contracted, left, right }: ContractCall): {
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly contracted: number
} {
  const size = (shape: Shape, start: number, count?: number): number =>
    sizeOf(shape.slice(start, count === undefined ? undefined : start + count))
  return {
    batch: size(left.shape, 0, batch),
    rows: size(left.shape, batch, rows),
    contracted: size(left.shape, batch + rows),
    columns: size(right.shape, batch + contracted),
  }
}

/** The pairs of factors that are summed into each element of the output. */
export function contractedPairs(call: ContractCall, read: ReadView): (readonly [number, number])[][] {
  const sizes = contractSizes(call)
  const left = read(call.left)
  const right = read(call.right)
  const results: (readonly [number, number])[][] = []
  for (let b = 0; b < sizes.batch; b++) {
    for (let m = 0; m < sizes.rows; m++) {
      for (let n = 0; n < sizes.columns; n++) {
        const pairs: (readonly [number, number])[] = []
        for (let k = 0; k < sizes.contracted; k++) {
          const a = left[(b * sizes.rows + m) * sizes.contracted + k] as number
          const c = right[(b * sizes.contracted + k) * sizes.columns + n] as number
          pairs.push([a, c])
        }
        results.push(pairs)
      }
    }
  }
  return results
}

export function referenceContract(call: ContractCall, read: ReadView): Written[] {
  const { post, postInputs = [], scalars } = call
  const dtype = call.left.dtype
  const besides = postInputs.map(read)
  const values = contractedPairs(call, read).map((pairs, position) => {
    const sum = isFloat(dtype)
      ? pairs.reduce((total, [a, b]) => total + a * b, 0)
      : pairs.reduce((total, [a, b]) => roundToType(total + Math.imul(a, b), dtype), 0)
    if (post === undefined) return sum
    const inputs = [sum, ...besides.map((each) => each[position] as number)]
    const coordinates = coordinatesAt(call.output.shape, position)
    return evaluateExpr(post, { inputs, scalars, coordinates }, true)
  })
  return [{ view: call.output, values }]
}
