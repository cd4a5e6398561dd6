/**
 * For the tests: views of all sorts on known values, and reading them back, by the plainest means.
 */
import {
  type Backend,
  castNumber,
  createTypedArray,
  type DType,
  fromHalfBits,
  type Layout,
  layoutPositions,
  rowMajorStrides,
  type Shape,
  sizeOf,
  type TypedArray,
  toHalfBits,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'

/** How the elements of a test view lie in their buffer. */
export interface Arrangement {
  /** Order of the axes in memory, outermost first, as sort keys. */
  readonly keys: readonly number[]
  /** Elements left free between neighbours along the innermost axis, and before the first. */
  readonly gap: number
  /** Axes that run backwards, and axes that are broadcast where the values allow it. */
  readonly flipped: readonly boolean[]
}

export const arrangements: fc.Arbitrary<Arrangement> = fc.record({
  keys: fc.array(fc.nat(100), { minLength: 6, maxLength: 6 }),
  gap: fc.nat(2),
  flipped: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
})

export const plain: Arrangement = { keys: [0, 0, 0, 0, 0, 0], gap: 0, flipped: [] }

export function arrangedLayout(
  shape: Shape,
  { keys, gap, flipped }: Arrangement,
): { layout: Layout; length: number } {
  const order = shape.map((_, axis) => axis).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
  const inMemory = rowMajorStrides(order.map((axis) => shape[axis] as number))
  const strides = shape.map(() => 0)
  let offset = gap
  order.forEach((axis, position) => {
    const stride = (inMemory[position] as number) * (gap + 1)
    const length = shape[axis] as number
    const backwards = flipped[axis] === true && length > 0
    strides[axis] = backwards ? -stride : stride
    if (backwards) offset += stride * (length - 1)
  })
  return { layout: { shape, strides, offset }, length: sizeOf(shape) * (gap + 1) + gap + 1 }
}

export function encode(value: number, dtype: DType): number {
  return dtype === 'float16' ? toHalfBits(value) : castNumber(value, dtype)
}

export function decode(stored: number, dtype: DType): number {
  return dtype === 'float16' ? fromHalfBits(stored) : stored
}

/** A view on a buffer of its own that holds `values` in row-major order of `shape`. */
export function makeView(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  values: readonly number[],
  arrangement: Arrangement = plain,
): View {
  const { layout, length } = arrangedLayout(shape, arrangement)
  const data: TypedArray = createTypedArray(dtype, length)
  let position = 0
  for (const at of layoutPositions(layout)) data[at] = encode(values[position++] as number, dtype)
  const buffer = backend.allocate(dtype, length)
  backend.write(buffer, data)
  return { buffer, dtype, ...layout }
}

/** A view to write to, with other values than any kernel would leave. */
export function emptyView(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  arrangement: Arrangement = plain,
): View {
  return makeView(backend, dtype, shape, new Array<number>(sizeOf(shape)).fill(99), arrangement)
}

/** The same view repeated along axes of length 1. */
export function broadcastTo(view: View, shape: Shape): View {
  const strides = view.strides.map((stride, axis) => (view.shape[axis] === 1 ? 0 : stride))
  return { ...view, shape, strides }
}

export function readView(backend: Backend, view: View): number[] {
  if (backend.readSync === undefined) throw new Error('these tests need readSync')
  const data = backend.readSync(view.buffer)
  return [...layoutPositions(view)].map((at) => decode(data[at] as number, view.dtype))
}

/** All coordinates of a shape in row-major order. */
export function coordinatesOf(shape: Shape): number[][] {
  let all: number[][] = [[]]
  for (const length of shape) {
    all = all.flatMap((head) => Array.from({ length }, (_, position) => [...head, position]))
  }
  return all
}

/** Position in row-major order. */
export function flatIndex(shape: Shape, coordinates: readonly number[]): number {
  return rowMajorStrides(shape).reduce((sum, stride, axis) => sum + stride * (coordinates[axis] as number), 0)
}

/** Shapes with the odd lengths, ones and zeros that break loops, of bounded size. */
export const shapes = (rank: { minLength: number; maxLength: number }): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 1, 17)), rank)

/** Values that a type can hold, small ones mostly. */
export function valuesOf(dtype: DType): fc.Arbitrary<number> {
  switch (dtype) {
    case 'bool':
      return fc.integer({ min: 0, max: 1 })
    case 'uint8':
      return fc.integer({ min: 0, max: 255 })
    case 'int32':
      return fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer())
    case 'uint32':
      return fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
    default:
      return fc.oneof(
        fc.integer({ min: -64, max: 64 }).map((x) => x / 8),
        fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e-40),
      )
  }
}

/** Deterministic small multiples of 1/8, which add and multiply without rounding. */
export function sequence(length: number, seed = 1): number[] {
  return Array.from({ length }, (_, position) => (((position + seed) * 7919) % 33) / 8 - 2)
}
