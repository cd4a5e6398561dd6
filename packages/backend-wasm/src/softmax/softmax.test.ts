/**
 * softmax and logSoftmax against float64: rows of all lengths, wherever they lie, tiny probabilities, lines without a finite
 * sum; and the same bits from any number of threads.
 */
import { type CompositeName, rowMajorLayout, sizeOf, type View } from '@nabla/backend'
import { afterEach, describe, expect, it } from 'vitest'
import { makeBackend, type WasmBackend, type WasmBackendOptions } from '../backend.js'
import { ANY_WORK } from '../threads/thresholds.js'

const backends: WasmBackend[] = []

async function create(options: WasmBackendOptions): Promise<WasmBackend> {
  const backend = makeBackend(options, { leastWork: ANY_WORK })
  backends.push(backend)
  await backend.startThreads()
  return backend
}

afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.dispose()
})

function viewOf(backend: WasmBackend, values: readonly number[], shape: readonly number[]): View {
  const buffer = backend.allocate('float32', values.length)
  backend.write(buffer, Float32Array.from(values))
  return { buffer, dtype: 'float32', ...rowMajorLayout(shape) }
}

function run(backend: WasmBackend, name: CompositeName, source: View, target: View): void {
  const attributes = { axis: source.shape.length - 1 }
  backend.run({ kind: 'composite', label: 'test', name, attributes, inputs: [source], outputs: [target] })
}

const FORMULAS: Readonly<Record<CompositeName, (row: readonly number[]) => number[]>> = {
  softmax: (row) => FORMULAS.logSoftmax(row).map(Math.exp),
  logSoftmax: (row) => {
    const largest = Math.max(...row)
    const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0)
    return row.map((x) => x - largest - Math.log(sum))
  },
}

/** Differences from the greatest element are rounded, and a softmax is off by as many times itself as they are. */
function expectClose(name: CompositeName, got: ArrayLike<number>, row: readonly number[]): void {
  const spread = Math.max(...row) - Math.min(...row)
  FORMULAS[name](row).forEach((wanted, i) => {
    const size = name === 'softmax' ? (6 + spread) * wanted : 6 * Math.max(1, spread, -wanted)
    const allowed = Math.max(size * 2 ** -24, 2 ** -149)
    expect(Math.abs((got[i] ?? Number.NaN) - wanted)).toBeLessThanOrEqual(allowed)
  })
}

/** Numbers float32 holds, from `-spread` to `spread`. */
const numbers = (count: number, spread: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround((((i * 7919) % 1009) / 504.5 - 1) * spread))

describe.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
  it.each([{ threads: 1 }, { threads: 2 }, { threads: 1, relaxedSimd: false }] as const)(
    'of rows of 1 to 40 elements, with %j',
    async (options) => {
      const backend = await create(options)
      for (let length = 1; length <= 40; length++) {
        for (const spread of [1, 60]) {
          const values = numbers(7 * length, spread)
          const x = viewOf(backend, values, [7, length])
          const y = viewOf(backend, values, [7, length])
          run(backend, name, x, y)
          const got = backend.readSync(y.buffer)
          for (let at = 0; at < values.length; at += length) {
            expectClose(name, got.subarray(at, at + length), values.slice(at, at + length))
          }
        }
      }
    },
  )

  it('of rows that lie apart, in place', async () => {
    const backend = await create({ threads: 2 })
    const values = numbers(3 * 5 * 30, 9)
    // Of every second row 21 elements from the fourth on, the first two axes in turn.
    const x: View = {
      ...viewOf(backend, values, [3 * 5 * 30]),
      shape: [2, 3, 21],
      strides: [60, 150, 1],
      offset: 3,
    }
    run(backend, name, x, x)
    const got = backend.readSync(x.buffer)
    const touched = new Set<number>()
    for (const [a, b] of [0, 1].flatMap((i) => [0, 1, 2].map((j) => [i, j] as const))) {
      const at = 3 + 60 * a + 150 * b
      expectClose(name, got.subarray(at, at + 21), values.slice(at, at + 21))
      for (let i = 0; i < 21; i++) touched.add(at + i)
    }
    values.forEach((value, i) => {
      if (!touched.has(i)) expect(got[i]).toBe(value)
    })
  })

  it('of lines with infinities and NaN', async () => {
    const backend = await create({ threads: 1 })
    const rows = [
      [-Infinity, 0, -Infinity, -Infinity, -Infinity],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [Infinity, 0, 0, 0, 0],
      [0, 0, 0, 0, Number.NaN],
      [Number.NaN, -Infinity, 0, 0, 0],
    ]
    const x = viewOf(backend, rows.flat(), [5, 5])
    run(backend, name, x, x)
    const got = [...backend.readSync(x.buffer)]
    const [none, all] = name === 'softmax' ? [0, 1] : [-Infinity, 0]
    expect(got.slice(0, 5)).toEqual([none, all, none, none, none])
    expect(got.slice(5).every(Number.isNaN)).toBe(true)
  })

  it('has the same bits for any number of threads', async () => {
    const values = numbers(101 * 333, 5)
    const results = [1, 2, 3].map(async (threads) => {
      const backend = await create({ threads })
      const x = viewOf(backend, values, [101, 333])
      run(backend, name, x, x)
      return backend.readSync(x.buffer)
    })
    const [one, ...others] = await Promise.all(results)
    for (const other of others) expect(other).toEqual(one)
  })
})

it('softmax keeps probabilities that float32 hardly holds', async () => {
  const backend = await create({ threads: 1 })
  const rows = [86, 90, 100, 103, 104, 105, 200].map((less) => [0, -less])
  const x = viewOf(backend, rows.flat(), [rows.length, 2])
  run(backend, 'softmax', x, x)
  const got = backend.readSync(x.buffer)
  expect(sizeOf(x.shape)).toBe(got.length)
  rows.forEach((row, i) => {
    expectClose('softmax', got.subarray(2 * i, 2 * i + 2), row)
  })
  expect([...got.subarray(10)]).toEqual([1, 0, 1, 0])
})
