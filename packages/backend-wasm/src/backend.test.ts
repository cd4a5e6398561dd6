/** What the backend promises beyond the conformance kit: long sums, memory, whose buffers are whose, choices. */
import {
  type Backend,
  type DType,
  expressions as e,
  input,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWasmBackend, type WasmBackendOptions, wasmBackendFactory } from './index.js'

const made: Backend[] = []

function create(options: WasmBackendOptions = {}): Backend {
  const backend = createWasmBackend(options)
  made.push(backend)
  return backend
}

afterEach(async () => {
  for (const backend of made.splice(0)) await backend.dispose()
})

function view(backend: Backend, dtype: DType, shape: Shape, fill?: (i: number) => number): View {
  const buffer = backend.allocate(dtype, sizeOf(shape))
  if (fill !== undefined)
    backend.write(
      buffer,
      Float32Array.from({ length: buffer.length }, (_, i) => fill(i)),
    )
  return { buffer, dtype, ...rowMajorLayout(shape) }
}

const elements = (backend: Backend, { buffer }: View): number[] => [...(backend.readSync?.(buffer) ?? [])]

describe('sums', () => {
  const sum = (backend: Backend, x: View, axes: readonly number[], output: View): void =>
    backend.run({
      kind: 'reduce',
      label: 'sum',
      operation: 'sum',
      shape: x.shape,
      axes,
      expression: input(0, 'float32'),
      inputs: [x],
      scalars: [],
      output,
    })

  it('count 20 million ones', () => {
    const backend = create()
    const one = view(backend, 'float32', [1], () => 1)
    const ones = { ...one, shape: [20_000_000], strides: [0] }
    const total = view(backend, 'float32', [1])
    sum(backend, ones, [0], total)
    expect(elements(backend, total)).toEqual([20_000_000])
  })

  it('keep small terms beside a large one, along and across', () => {
    const backend = create()
    const x = view(backend, 'float32', [4096, 32], (i) => (i < 32 ? 1 : 2 ** -24))
    const wanted = 1 + 4095 * 2 ** -24
    const across = view(backend, 'float32', [1, 32])
    sum(backend, x, [0], across)
    for (const each of elements(backend, across)) expect(Math.abs(each - wanted)).toBeLessThan(1e-6)
    const turned = { ...x, shape: [32, 4096], strides: [1, 32] }
    const along = view(backend, 'float32', [32, 1])
    sum(backend, turned, [1], along)
    expect(elements(backend, along)).toEqual(elements(backend, across))
  })
})

describe('transposing', () => {
  it.each([
    [[37, 53], 'float32'],
    [[64, 128], 'float64'],
    [[50, 70], 'uint8'],
    [[3, 40, 70], 'float32'],
  ] as const)('moves every element of %j %s', (shape, dtype) => {
    const backend = create()
    const x = view(backend, dtype, shape, (i) => i % 251)
    const order = [...shape.keys()].reverse()
    const turned = { ...x, shape: order.map((axis) => shape[axis] ?? 1), strides: [...x.strides].reverse() }
    const output = view(backend, dtype, turned.shape)
    backend.run({
      kind: 'map',
      label: 'copy',
      shape: turned.shape,
      expressions: [input(0, dtype)],
      inputs: [turned],
      scalars: [],
      outputs: [output],
    })
    const back = view(backend, dtype, shape)
    const strides = [...output.strides].reverse()
    const again = { ...output, shape, strides }
    backend.run({
      kind: 'map',
      label: 'copy',
      shape,
      expressions: [input(0, dtype)],
      inputs: [again],
      scalars: [],
      outputs: [back],
    })
    expect(elements(backend, back)).toEqual(elements(backend, x))
    expect(elements(backend, output).slice(0, 3)).toEqual(
      [0, 1, 2].map((i) => (i * (x.strides[0] ?? 0)) % 251),
    )
  })
})

describe('memory', () => {
  it('grows, keeps contents, and is used again', () => {
    const backend = create()
    const first = view(backend, 'float32', [1000], (i) => i)
    const large = Array.from({ length: 20 }, () => backend.allocate('float32', 2 ** 18))
    expect(elements(backend, first)[999]).toBe(999)
    for (const buffer of large) backend.release(buffer)
    const { pooledBytes } = backend.memory()
    expect(pooledBytes).toBeGreaterThanOrEqual(20 * 2 ** 20)
    backend.allocate('float64', 10 * 2 ** 17)
    expect(backend.memory().pooledBytes).toBeLessThan(pooledBytes)
  })

  it('says what is live when there is no more', () => {
    const backend = create({ maximumBytes: 2 ** 22 })
    backend.allocate('float32', 2 ** 19)
    expect(() => backend.allocate('float32', 2 ** 19)).toThrow(
      /allocate: expected room for 2097152 bytes.*1 live buffers with 2.0 MiB, the largest float32\[524288\].*Fix: free/,
    )
    expect(backend.memory()).toMatchObject({ buffers: 1, bytes: 2 ** 21, peakBytes: 2 ** 21 })
  })

  it('is gone after dispose, and says so', async () => {
    const backend = createWasmBackend()
    const buffer = backend.allocate('float32', 4)
    await backend.dispose()
    expect(() => backend.allocate('float32', 4)).toThrow(/disposed/)
    expect(() => backend.readSync?.(buffer)).toThrow(/released/)
  })
})

it('refuses buffers of another backend', () => {
  const [one, other] = [create(), create()]
  expect(() => one.release(other.allocate('float32', 1))).toThrow(/belongs to another backend/)
})

it.each([{}, { threads: 1 }, { relaxedSimd: false }, { numerics: 'strict' }] as const)(
  'computes with %j',
  (options) => {
    const backend = create(options)
    const x = view(backend, 'float32', [7], (i) => i)
    const y = e.multiplyAdd(input(0, 'float32'), input(0, 'float32'), 1)
    backend.run({
      kind: 'map',
      label: 'test',
      shape: [7],
      expressions: [y],
      inputs: [x],
      scalars: [],
      outputs: [x],
    })
    expect(elements(backend, x)).toEqual([1, 2, 5, 10, 17, 26, 37])
    const mentions = backend.capabilities.description.includes('relaxed')
    expect(mentions && ('relaxedSimd' in options || 'numerics' in options)).toBe(false)
  },
)

it('has a factory', async () => {
  expect(wasmBackendFactory.probe?.()).toEqual({ available: true })
  const backend = await wasmBackendFactory.create({ threads: 1 })
  expect(backend.name).toBe('wasm')
  await backend.dispose()
})

describe('where it cannot be had', () => {
  /** Compiles modules of no more bytes; the shortest has eight. */
  const compiling = (most: number): typeof WebAssembly.Module =>
    new Proxy(WebAssembly.Module, {
      construct(target, [bytes]: [Uint8Array<ArrayBuffer>]) {
        if (bytes.length > most) throw new WebAssembly.CompileError('refused')
        return new target(bytes)
      },
    })

  it.each([
    ['an engine without WebAssembly', undefined, /higher security/],
    [
      'a content security policy that forbids WebAssembly',
      { ...WebAssembly, Module: compiling(0) },
      /'wasm-unsafe-eval'/,
    ],
    [
      'an engine whose WebAssembly has no 128-bit SIMD',
      { ...WebAssembly, Module: compiling(8) },
      /newer engine/,
    ],
  ])('it says so: %s', async (reason, stub, fix) => {
    vi.stubGlobal('WebAssembly', stub)
    try {
      expect(wasmBackendFactory.probe?.()).toEqual({ available: false, reason })
      expect(() => createWasmBackend()).toThrow(reason)
      expect(() => createWasmBackend()).toThrow(fix)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})
