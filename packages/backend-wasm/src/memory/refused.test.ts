/**
 * A backend whose memory does not grow, since the host refuses or addresses end: an error says what was live, nothing is
 * lost, and it goes on with what it has.
 */
import {
  expressions as e,
  input,
  type KernelCall,
  type Layout,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import { afterEach, describe, expect, it, vi } from 'vitest'
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
  vi.restoreAllMocks()
  for (const backend of backends.splice(0)) await backend.dispose()
})

function refuse(): void {
  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory')
  })
}

function viewOf(backend: WasmBackend, shape: Shape, values?: (i: number) => number): View {
  const length = sizeOf(shape)
  const view: View = {
    buffer: backend.allocate('float32', length),
    dtype: 'float32',
    ...rowMajorLayout(shape),
  }
  if (values !== undefined)
    backend.write(
      view.buffer,
      Float32Array.from({ length }, (_, i) => values(i)),
    )
  return view
}

const valuesOf = (backend: WasmBackend, { buffer }: View): number[] => [...backend.readSync(buffer)]

/** Takes all memory that there is without growing, and returns how to give it back. */
function exhaust(backend: WasmBackend): () => void {
  const taken: View[] = []
  for (const length of [2 ** 14, 2 ** 10, 2 ** 6]) {
    try {
      for (;;) taken.push(viewOf(backend, [length]))
    } catch {
      // As much as fits.
    }
  }
  return () => {
    for (const { buffer } of taken) backend.release(buffer)
  }
}

const SIZE = 200

/** Calls that take memory for themselves. */
const CALLS: Readonly<Record<string, (x: View, y: View) => KernelCall>> = {
  'a softmax along the outer axis': (x, y) => ({
    kind: 'composite',
    label: 'test',
    name: 'softmax',
    attributes: { axis: 0 },
    inputs: [x],
    outputs: [y],
  }),
  'a product': (x, y) => {
    const matrix = (view: View, shape: Shape): View => ({ ...view, ...rowMajorLayout(shape) })
    return {
      kind: 'contract',
      label: 'test',
      batch: 0,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: matrix(x, [SIZE, SIZE]),
      right: matrix(x, [SIZE, SIZE]),
      output: matrix(y, [SIZE, SIZE]),
      scalars: [],
    }
  },
  'a sum along the outer axis': (x, y) => {
    const output: Layout = rowMajorLayout([1, SIZE])
    return {
      kind: 'reduce',
      label: 'test',
      operation: 'sum',
      shape: x.shape,
      axes: [0],
      expression: input(0, 'float32'),
      inputs: [x],
      scalars: [],
      output: { ...y, ...output },
    }
  },
}

describe.each([{ threads: 1 }, { threads: 2 }])('with %j', (options) => {
  it('an allocation that the host refuses says what is live, and changes nothing', async () => {
    const backend = await create(options)
    const x = viewOf(backend, [1000], (i) => i)
    refuse()
    const before = backend.memory()
    expect(() => backend.allocate('float32', 2 ** 22)).toThrow(
      /allocate: expected room for 16777216 bytes.*received 1 live buffers with 0.0 MiB, the largest float32\[1000\]\. Fix: free/,
    )
    expect(backend.memory()).toEqual(before)
    backend.run({
      kind: 'map',
      label: 'test',
      shape: [1000],
      expressions: [e.add(input(0, 'float32'), 1)],
      inputs: [x],
      scalars: [],
      outputs: [x],
    })
    vi.restoreAllMocks()
    const large = viewOf(backend, [2 ** 22])
    expect(valuesOf(backend, x).slice(0, 3)).toEqual([1, 2, 3])
    backend.release(large.buffer)
    expect(backend.memory()).toMatchObject({ buffers: 1, bytes: 4000 })
  })

  it.each(Object.entries(CALLS))(
    '%s without room for itself is an error, and works later',
    async (_, make) => {
      const backend = await create(options)
      const identity = (i: number): number => (i % (SIZE + 1) === 0 ? 1 : 0)
      const [x, y] = [viewOf(backend, [SIZE, SIZE], identity), viewOf(backend, [SIZE, SIZE])]
      const call = make(x, y)
      const reserve = viewOf(backend, [2 ** 18])
      refuse()
      const giveBack = exhaust(backend)
      const before = backend.memory()
      for (let i = 0; i < 3; i++) {
        expect(() => backend.run(call)).toThrow(/expected room for \d+ bytes.*live buffers/)
        expect(backend.memory()).toEqual(before)
      }
      giveBack()
      backend.release(reserve.buffer)
      // There is enough without growing now.
      backend.run(call)
      const got = valuesOf(backend, y)
      vi.restoreAllMocks()
      const other = await create({ threads: 1 })
      const [x2, y2] = [viewOf(other, [SIZE, SIZE], identity), viewOf(other, [SIZE, SIZE], () => 0)]
      other.run(make(x2, y2))
      const length = call.kind === 'reduce' ? SIZE : SIZE * SIZE
      expect(got.slice(0, length)).toEqual(valuesOf(other, y2).slice(0, length))
    },
  )

  it('a call that makes memory grow for itself finds its arguments', async () => {
    const backend = await create(options)
    const [x, y] = [viewOf(backend, [SIZE, SIZE], () => 2), viewOf(backend, [SIZE, SIZE])]
    refuse()
    exhaust(backend)
    vi.restoreAllMocks()
    backend.run((CALLS['a sum along the outer axis'] as (typeof CALLS)[string])(x, y))
    expect(new Set(valuesOf(backend, y).slice(0, SIZE))).toEqual(new Set([2 * SIZE]))
  })

  it('beyond 4 GiB there are no addresses, and below that all are used', async () => {
    const backend = await create(options)
    const low = viewOf(backend, [2 ** 29])
    expect(() => viewOf(backend, [2 ** 29])).toThrow(
      /expected room for 2147483648 bytes.*ends at 4 GiB.*1 live buffers with 2048.0 MiB/,
    )
    // What follows lies above 2 GiB.
    const x = viewOf(backend, [SIZE, SIZE], (i) => (i % (SIZE + 1) === 0 ? 1 : 0))
    const y = viewOf(backend, [SIZE, SIZE])
    const calls = Object.values(CALLS).map((make) => make(x, y))
    for (const call of calls) backend.run(call)
    expect(new Set(valuesOf(backend, y).slice(0, SIZE))).toEqual(new Set([1]))
    backend.release(low.buffer)
    backend.release(viewOf(backend, [2 ** 29]).buffer)
    expect(backend.memory().buffers).toBe(2)
  })
})
