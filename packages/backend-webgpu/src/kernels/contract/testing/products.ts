/** Products for tests: operands that lie in memory in all sorts of ways, with values whose sums are exact. */
import {
  type ContractCall,
  type DType,
  type Layout,
  rowMajorStrides,
  type Shape,
  sizeOf,
} from '@nabla/backend'
import fc from 'fast-check'
import { type PlanBench, sequence } from '../../../testing/plan-bench.js'

/** How a view lies in its buffer. */
export interface Arrangement {
  /** Order of the axes in memory, outermost first, as sort keys. */
  readonly keys: readonly number[]
  /** Elements left free at the end of the axis that is innermost in memory, and before the first. */
  readonly padding: number
  readonly offset: number
  /** Elements between neighbours, and whether they run backwards. */
  readonly step: number
  readonly isBackward: boolean
}

export const arrangements: fc.Arbitrary<Arrangement> = fc.record({
  keys: fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
  padding: fc.constantFrom(0, 0, 0, 1, 4),
  offset: fc.constantFrom(0, 0, 4, 1),
  step: fc.constantFrom(1, 1, 1, 1, 2),
  isBackward: fc.constantFrom(false, false, false, true),
})

export const ROW_MAJOR: Arrangement = { keys: [], padding: 0, offset: 0, step: 1, isBackward: false }

export function arranged(
  shape: Shape,
  at: Arrangement,
): { readonly layout: Layout; readonly length: number } {
  const order = [...shape.keys()].sort((a, b) => (at.keys[a] ?? 0) - (at.keys[b] ?? 0) || a - b)
  const lengths = order.map((axis) => shape[axis] as number)
  const inMemory = rowMajorStrides(lengths.with(-1, (lengths.at(-1) ?? 0) + at.padding))
  const strides = shape.map(() => 0)
  let last = 0
  order.forEach((axis, place) => {
    strides[axis] = (inMemory[place] as number) * at.step * (at.isBackward ? -1 : 1)
    last += Math.abs(strides[axis] as number) * ((shape[axis] as number) - 1)
  })
  const offset = at.offset + (at.isBackward ? last : 0)
  return { layout: { shape, strides, offset }, length: at.offset + last + 2 }
}

export interface Sizes {
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly depth: number
}

export interface Product extends Sizes {
  readonly dtype: DType
  readonly left: Arrangement
  readonly right: Arrangement
  readonly output: Arrangement
}

/** Lengths around a limit, mostly multiples of 4, so that vectors are used. */
export const lengths = (limit: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 1, max: Math.ceil(limit / 4) }).map((length) => 4 * length),
    fc.integer({ min: 1, max: limit }),
  )

export function products(rows: number, columns: number, depth: number): fc.Arbitrary<Product> {
  return fc.record({
    dtype: fc.constantFrom<DType[]>('float32', 'float32', 'float32', 'float16', 'int32', 'uint32', 'uint8'),
    batch: fc.constantFrom(1, 1, 2),
    rows: lengths(rows),
    columns: lengths(columns),
    depth: lengths(depth),
    left: arrangements,
    right: arrangements,
    output: arrangements,
  })
}

/** The call for a product, on buffers of its own. */
export function productCall(bench: PlanBench, product: Product): ContractCall {
  const { dtype, batch, rows, columns, depth } = product
  const scale = dtype === 'float32' || dtype === 'float16' ? 1 : 4
  const place = (shape: Shape, at: Arrangement, seed: number) => {
    const { layout, length } = arranged(shape, at)
    const values = sequence(length, seed).map((value) => value * scale)
    return bench.view(dtype, layout, dtype.startsWith('u') ? values.map(Math.abs) : values)
  }
  return {
    kind: 'contract',
    label: 'test',
    batch: 1,
    rows: 1,
    columns: 1,
    contracted: 1,
    left: place([batch, rows, depth], product.left, 1),
    right: place([batch, depth, columns], product.right, 2),
    scalars: [],
    output: place([batch, rows, columns], product.output, 3),
  }
}

/** Where two lists differ first, in words; `undefined` where they don't. */
export function difference(got: readonly number[], wanted: readonly number[]): string | undefined {
  const at = wanted.findIndex((value, i) => !Object.is(value + 0, (got[i] as number) + 0))
  if (at < 0) return undefined
  return `${sizeOf([got.length])} elements, [${at}] is ${got[at]} instead of ${wanted[at]}`
}
