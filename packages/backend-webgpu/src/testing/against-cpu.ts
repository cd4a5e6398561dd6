/**
 * For tests of kernels: one call on the device and on the CPU backend over the same contents, and all of what either
 * leaves in memory compared, beside the views too.
 */
import {
  type Backend,
  type Buffer,
  castNumber,
  createTypedArray,
  type DType,
  fromHalfBits,
  isFloat,
  type KernelCall,
  type Layout,
  mapBuffers,
  type Shape,
  type TypedArray,
  toHalfBits,
  type View,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'

/** How the elements of a view lie in their buffer. */
export interface Arrangement {
  /** Order of the axes in memory, outermost first, as sort keys. */
  readonly keys: readonly number[]
  /** Elements left free between neighbours, and before the first. */
  readonly gap: number
  /** Axes that run backwards, and axes that repeat one element, where the view is only read. */
  readonly flipped: readonly boolean[]
  readonly repeated: readonly boolean[]
}

const flags = (of: fc.Arbitrary<boolean>): fc.Arbitrary<boolean[]> =>
  fc.array(of, { minLength: 4, maxLength: 4 })

export const arrangements: fc.Arbitrary<Arrangement> = fc.record({
  keys: fc.oneof(fc.constant([]), fc.array(fc.nat(9), { minLength: 4, maxLength: 4 })),
  gap: fc.constantFrom(0, 0, 1, 4),
  flipped: fc.oneof(fc.constant([]), flags(fc.boolean())),
  repeated: fc.oneof(fc.constant([]), flags(fc.boolean())),
})

export const ROW_MAJOR: Arrangement = { keys: [], gap: 0, flipped: [], repeated: [] }

function arrange(shape: Shape, { keys, gap, flipped, repeated }: Arrangement): Layout & { length: number } {
  const order = [...shape.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
  const strides = shape.map(() => 0)
  let offset = gap
  let stride = gap + 1
  for (const axis of order.reverse()) {
    if (repeated[axis]) continue
    const length = shape[axis] as number
    strides[axis] = flipped[axis] ? -stride : stride
    if (flipped[axis]) offset += stride * Math.max(0, length - 1)
    stride *= Math.max(1, length)
  }
  return { shape, strides, offset, length: stride + gap }
}

function encode(value: number, dtype: DType): number {
  return dtype === 'float16' ? toHalfBits(value) : castNumber(value, dtype)
}

function decode(data: TypedArray, dtype: DType): number[] {
  return dtype === 'float16' ? Array.from(data, fromHalfBits) : Array.from(data)
}

/** Buffers with contents, by slot. */
export class Contents {
  readonly slots: { readonly dtype: DType; readonly data: TypedArray }[] = []

  add(dtype: DType, length: number, value: (position: number) => number): number {
    const data = createTypedArray(dtype, length)
    for (let position = 0; position < length; position++) data[position] = encode(value(position), dtype)
    return this.slots.push({ dtype, data }) - 1
  }

  /** A view to read: values are those of the positions in memory, whatever the arrangement. */
  input(
    dtype: DType,
    shape: Shape,
    value: (position: number) => number,
    arrangement: Arrangement = ROW_MAJOR,
  ): View<number> {
    const { length, ...layout } = arrange(shape, arrangement)
    return { buffer: this.add(dtype, length, value), dtype, ...layout }
  }

  /** A view to write, with other contents than any kernel would leave. */
  output(dtype: DType, shape: Shape, arrangement: Arrangement = ROW_MAJOR): View<number> {
    return this.input(dtype, shape, () => (dtype === 'bool' ? 1 : 99), { ...arrangement, repeated: [] })
  }
}

async function resultsOn(
  backend: Backend,
  { slots }: Contents,
  call: KernelCall<number>,
): Promise<number[][]> {
  const buffers = slots.map(({ dtype, data }) => {
    const buffer = backend.allocate(dtype, data.length)
    if (data.length > 0) backend.write(buffer, data)
    return buffer
  })
  try {
    backend.run(mapBuffers(call, (slot) => buffers[slot] as Buffer))
    const results: number[][] = []
    for (const buffer of buffers) results.push(decode(await backend.read(buffer), buffer.dtype))
    return results
  } finally {
    for (const buffer of buffers) backend.release(buffer)
  }
}

const cpu = createCpuBackend()

/** What differs between the device and the CPU backend after a call; empty where all is the same. */
export async function differences(
  device: Backend,
  contents: Contents,
  call: KernelCall<number>,
): Promise<string[]> {
  const [got, wanted] = await Promise.all([resultsOn(device, contents, call), resultsOn(cpu, contents, call)])
  return wanted.flatMap((numbers, slot) => {
    const position = numbers.findIndex((number, at) => !Object.is(number, got[slot]?.[at]))
    if (position < 0) return []
    return [`slot ${slot}, element ${position}: ${got[slot]?.[position]} instead of ${numbers[position]}`]
  })
}

/** Small multiples of 1/8, or small integers, in an order that looks random: sums of them are exact in any order. */
export function scattered(dtype: DType, seed = 0): (position: number) => number {
  const part = isFloat(dtype) ? 8 : 1
  return (position) => {
    const mixed = Math.imul(position + 1 + seed * 7919, 0x9e3779b1) >>> 0
    return dtype === 'bool' ? mixed >>> 31 : (((mixed >>> 8) % 41) - (dtype === 'int32' ? 20 : 0)) / part
  }
}
