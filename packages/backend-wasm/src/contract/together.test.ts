/**
 * Products that threads share must be what one thread computes, to the last bit, whatever is divided; and epilogues must
 * come when their part is finished.
 */
import {
  type ContractCall,
  type DType,
  input,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supportsRelaxedSimd } from '../assembler/index.js'
import { WORKER_BYTES } from '../threads/control.js'
import { Pool } from '../threads/pool.js'
import { makeWorkbench, type Workbench } from './testing/context.js'

const relaxed = supportsRelaxedSimd()
const pools: Pool[] = []

/** Remembers how far each output was when a part of it was mapped. */
function benchOf(threads: number): { readonly bench: Workbench; readonly seen: string[] } {
  const seen: string[] = []
  const bench: Workbench = makeWorkbench(
    relaxed,
    (call, part) => {
      const { axis, start, length } = part ?? { axis: 0, start: 0, length: call.output.shape[0] ?? 1 }
      const [inner, elements] = [call.output.strides[axis] ?? 1, bench.elements(call.output)]
      for (let i = start; i < start + length; i++) seen.push(`${axis} ${i} ${elements[i * inner]}`)
    },
    threads === 1
      ? undefined
      : (memory) => {
          const { address } = memory.take((threads - 1) * WORKER_BYTES)
          const pool = new Pool({ threads, memory: memory.memory, address, givesWay: false })
          pools.push(pool)
          return pool
        },
  )
  return { bench, seen }
}

const [single, ...others] = [1, 2, 3].map(benchOf)

beforeAll(() => Promise.all(pools.map((pool) => pool.settled())))

afterAll(async () => {
  for (const pool of pools) {
    expect(pool.reason).toBe(undefined)
    await pool.end()
  }
})

interface Sizes {
  readonly dtype: DType
  readonly b: number
  readonly m: number
  readonly k: number
  readonly n: number
  /** Whether operands are stored the other way round. */
  readonly turned: readonly [boolean, boolean]
}

function resultOf({ bench, seen }: ReturnType<typeof benchOf>, { dtype, b, m, k, n, turned }: Sizes) {
  const filled = (shape: Shape, isTurned: boolean): View => {
    const [batch = 1, rows = 1, columns = 1] = shape
    const view = bench.view(dtype, rowMajorLayout(shape), sizeOf(shape))
    const elements = bench.elements(view)
    for (let i = 0; i < elements.length; i++)
      elements[i] = dtype === 'float16' ? 15360 + (i % 513) : 50 * Math.sin(i)
    if (!isTurned) return view
    return { ...view, shape: [batch, rows, columns], strides: [rows * columns, 1, rows] }
  }
  const output = bench.view(dtype, rowMajorLayout([b, m, n]), b * m * n)
  const call: ContractCall = {
    kind: 'contract',
    label: 'test',
    batch: 1,
    rows: 1,
    columns: 1,
    contracted: 1,
    left: filled([b, m, k], turned[0]),
    right: filled([b, k, n], turned[1]),
    output,
    scalars: [],
    post: input(0, dtype),
  }
  seen.length = 0
  bench.contractions.run(call)
  const elements = Array.from(bench.elements(output))
  const mapped = [...seen].sort()
  bench.freeAll()
  return { elements, mapped }
}

function compare(sizes: Sizes): void {
  if (single === undefined) return
  const wanted = resultOf(single, sizes)
  for (const other of others) {
    const got = resultOf(other, sizes)
    const at = got.elements.findIndex((element, i) => !Object.is(element, wanted.elements[i]))
    expect(at === -1 ? 'the same' : `[${at}]: ${got.elements[at]}, not ${wanted.elements[at]}`).toBe(
      'the same',
    )
    expect(got.mapped).toEqual(wanted.mapped)
  }
}

describe('shared products', () => {
  const plain = [false, false] as const
  it.each([
    { dtype: 'float32', b: 1, m: 700, k: 600, n: 300, turned: plain },
    { dtype: 'float32', b: 1, m: 300, k: 600, n: 2500, turned: plain },
    { dtype: 'float32', b: 1, m: 9, k: 30_000, n: 32, turned: [true, false] },
    { dtype: 'float32', b: 1, m: 1, k: 700, n: 900, turned: plain },
    { dtype: 'float32', b: 1, m: 2, k: 700, n: 900, turned: [false, true] },
    { dtype: 'float32', b: 900, m: 20, k: 30, n: 20, turned: plain },
    { dtype: 'float32', b: 5000, m: 3, k: 3, n: 3, turned: plain },
    { dtype: 'float64', b: 3, m: 200, k: 300, n: 200, turned: [true, true] },
    { dtype: 'float16', b: 1, m: 130, k: 700, n: 90, turned: plain },
    { dtype: 'int32', b: 7, m: 70, k: 5, n: 90, turned: [true, false] },
    { dtype: 'uint8', b: 1, m: 90, k: 500, n: 90, turned: plain },
    { dtype: 'float32', b: 2, m: 50, k: 0, n: 50, turned: plain },
  ] satisfies Sizes[])('%j', compare)

  it('are the same for other sizes', () => {
    const size = fc.integer({ min: 1, max: 200 })
    fc.assert(
      fc.property(
        fc.record({
          dtype: fc.constantFrom('float32', 'float64', 'int32'),
          b: fc.integer({ min: 1, max: 5 }),
          m: size,
          k: size,
          n: size,
          turned: fc.tuple(fc.boolean(), fc.boolean()),
        }),
        compare,
      ),
      { numRuns: 60 },
    )
  })
})
