/**
 * Long calls, which are divided into ranges of steps as threads will divide them, against the CPU backend; the conformance
 * kit's arrays are too short for that.
 */

import {
  type Backend,
  type Expr,
  expressions as e,
  index,
  input,
  type KernelCall,
  type Layout,
  rowMajorLayout,
  type ScanCall,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { afterEach, expect, it } from 'vitest'
import { makeBackend, type WasmBackend } from './backend.js'
import { ANY_WORK } from './threads/thresholds.js'

const WIDE: Shape = [130, 3, 1100]
const x = input(0, 'float32')
const y = input(1, 'float32')

/** Views on a backend: integers that float32 holds, small ones. */
class Bench {
  readonly backend: Backend
  readonly results: View[] = []
  readonly #scale: number

  /** @param scale of all values; below 1, sums round. */
  constructor(backend: Backend, scale: number) {
    this.backend = backend
    this.#scale = scale
  }

  filled(layout: Layout, length: number): View {
    const buffer = this.backend.allocate('float32', length)
    this.backend.write(
      buffer,
      Float32Array.from({ length }, (_, i) => this.#scale * (((i * 7919) % 23) - 11)),
    )
    return { buffer, dtype: 'float32', ...layout }
  }

  plain(shape: Shape): View {
    return this.filled(rowMajorLayout(shape), sizeOf(shape))
  }

  indices(shape: Shape, below: number): View {
    const buffer = this.backend.allocate('int32', sizeOf(shape))
    this.backend.write(
      buffer,
      Int32Array.from({ length: buffer.length }, (_, i) => (i * 6151) % below),
    )
    return { buffer, dtype: 'int32', ...rowMajorLayout(shape) }
  }

  output(shape: Shape, dtype: 'float32' | 'int32' = 'float32'): View {
    const buffer = this.backend.allocate(dtype, sizeOf(shape))
    const view = { buffer, dtype, ...rowMajorLayout(shape) }
    this.results.push(view)
    return view
  }
}

type Write = (bench: Bench) => readonly KernelCall[]

const turned = (view: View, order: readonly number[]): View => ({
  ...view,
  shape: order.map((axis) => view.shape[axis] ?? 1),
  strides: order.map((axis) => view.strides[axis] ?? 0),
})

function map(bench: Bench, expression: Expr, inputs: readonly View[], shape: Shape): KernelCall {
  const outputs = [bench.output(shape, expression.dtype === 'int32' ? 'int32' : 'float32')]
  return { kind: 'map', label: 'test', shape, expressions: [expression], inputs, scalars: [], outputs }
}

function reduce(
  bench: Bench,
  operation: 'sum' | 'maximum' | 'argMax',
  axes: readonly number[],
  view: View,
): KernelCall {
  const kept = view.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  const output = bench.output(kept, operation === 'argMax' ? 'int32' : 'float32')
  const { shape } = view
  return {
    kind: 'reduce',
    label: 'test',
    operation,
    shape,
    axes,
    expression: x,
    inputs: [view],
    scalars: [],
    output,
  }
}

function scan(bench: Bench, axis: number, from: View): ScanCall {
  const output = bench.output(from.shape)
  const reverse = axis === 1
  return {
    kind: 'scan',
    label: 'test',
    operation: 'sum',
    axis,
    reverse,
    exclusive: false,
    input: from,
    output,
  }
}

const CASES: Readonly<Record<string, Write>> = {
  'map of one axis': (b) => [
    map(b, e.add(e.multiply(x, y), 1), [b.plain([300_001]), b.plain([300_001])], [300_001]),
  ],
  'map with a stride': (b) => [
    map(b, e.negate(x), [b.filled({ shape: [100_001], strides: [-3], offset: 300_003 }, 300_004)], [100_001]),
  ],
  'map with coordinates': (b) => [
    map(b, e.add(e.multiply(index(0), 5000), e.multiply(index(2), e.add(index(1), 1))), [], WIDE),
  ],
  'map of several axes': (b) => [
    map(
      b,
      e.subtract(x, y),
      [b.plain(WIDE), { ...b.plain([130, 1, 1100]), shape: WIDE, strides: [1100, 0, 1] }],
      WIDE,
    ),
  ],
  'map of views along different axes': (b) => [
    map(b, e.add(x, y), [b.plain([333, 301]), turned(b.plain([301, 333]), [1, 0])], [333, 301]),
    map(b, e.add(x, y), [b.plain([70_000, 3]), turned(b.plain([3, 70_000]), [1, 0])], [70_000, 3]),
  ],
  copies: (b) => [
    map(b, x, [turned(b.plain([301, 333]), [1, 0])], [333, 301]),
    map(b, x, [turned(b.plain([50, 61, 70]), [2, 0, 1])], [70, 50, 61]),
    map(b, x, [{ ...b.plain([400, 400]), shape: [400, 399], offset: 1 }], [400, 399]),
  ],
  'reductions along': (b) => [
    reduce(b, 'sum', [2], b.plain(WIDE)),
    reduce(b, 'sum', [0, 1, 2], b.plain(WIDE)),
    reduce(b, 'argMax', [1, 2], b.plain(WIDE)),
    reduce(b, 'maximum', [1], b.plain([40_000, 5])),
  ],
  'reductions across': (b) => [
    reduce(b, 'sum', [0], b.plain([67, 5003])),
    reduce(b, 'sum', [1], b.plain([30, 40, 1100])),
    reduce(b, 'argMax', [0, 1], b.plain(WIDE)),
    reduce(b, 'maximum', [0], turned(b.plain([5003, 67]), [1, 0])),
  ],
  scans: (b) => [0, 1, 2].map((axis) => scan(b, axis, b.plain(WIDE))),
  'scans of rows': (b) => [
    // Fewer and more columns than a block has, with and without others at the end.
    ...[100, 1001, 9003].map((columns) => scan(b, 0, b.plain([Math.ceil(140_000 / columns), columns]))),
    scan(b, 1, b.plain([70, 61, 35])),
    scan(b, 1, turned(b.plain([61, 70, 35]), [1, 0, 2])),
    { ...scan(b, 1, b.plain([70, 61, 35])), exclusive: true, operation: 'maximum' },
  ],
  'gathers and scatters': (b) => {
    const table = b.plain([50, 700])
    const rows = b.indices([1000, 1], 50)
    const indices: View = { ...rows, shape: [1000, 700], strides: [1, 0] }
    const taken = b.output([1000, 700])
    const sums = b.output([50, 700])
    return [
      { kind: 'gather', label: 'test', axis: 0, input: table, indices, output: taken },
      map(b, x, [table], [50, 700]),
      {
        kind: 'map',
        label: 'test',
        shape: [50, 700],
        expressions: [e.multiply(x, 0)],
        inputs: [table],
        scalars: [],
        outputs: [sums],
      },
      { kind: 'scatter', label: 'test', operation: 'add', axis: 0, indices, updates: taken, output: sums },
      {
        kind: 'gather',
        label: 'test',
        axis: 0,
        input: table,
        indices: b.indices([300, 700], 50),
        output: b.output([300, 700]),
      },
    ]
  },
  pools: (b) => {
    const image = b.plain([7, 50, 50, 13])
    const windows: Shape = [7, 25, 25, 13]
    const geometry = {
      window: [2, 2],
      strides: [2, 2],
      dilation: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    } as const
    const common = { kind: 'pool', label: 'test', geometry, by: image } as const
    return [
      { ...common, mode: 'select', source: image, output: b.output(windows) },
      { ...common, mode: 'spread', source: b.plain(windows), output: b.output(image.shape) },
    ]
  },
}

function resultsOf(backend: Backend, name: string, scale = 1) {
  const bench = new Bench(backend, scale)
  for (const call of CASES[name]?.(bench) ?? []) backend.run(call)
  return bench.results.map(({ buffer }) => backend.readSync?.(buffer))
}

const backends: WasmBackend[] = []

/** All that can be divided is. */
async function withThreads(threads: number): Promise<Backend> {
  const backend = makeBackend({ threads }, { leastWork: ANY_WORK })
  backends.push(backend)
  await backend.startThreads()
  expect(backend.capabilities.limitations.join()).toMatch(threads === 1 ? /one thread/ : /^memory/)
  return backend
}

afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.dispose()
})

const names = Object.keys(CASES)

it.each(names.flatMap((name) => [1, 2, 3].map((threads) => [name, threads] as const)))(
  '%s, threads: %i',
  async (name, threads) => {
    const got = resultsOf(await withThreads(threads), name)
    const wanted = resultsOf(createCpuBackend(), name)
    expect(got.length).toBeGreaterThan(0)
    got.forEach((elements, i) => {
      const other = wanted[i]
      const at = elements?.findIndex((element, position) => element !== other?.[position])
      expect(
        at === -1 || at === undefined
          ? 'the same'
          : `result ${i}, [${at}]: ${elements?.[at]}, not ${other?.[at]}`,
      ).toBe('the same')
    })
  },
)

it.each(names)('%s: the same bits for any number of threads', async (name) => {
  const [wanted, ...others] = await Promise.all(
    [1, 2, 3].map(async (threads) => resultsOf(await withThreads(threads), name, 0.1)),
  )
  for (const other of others) {
    other.forEach((elements, i) => {
      const at = elements?.findIndex((element, position) => !Object.is(element, wanted?.[i]?.[position]))
      expect(at).toBe(-1)
    })
  }
})
