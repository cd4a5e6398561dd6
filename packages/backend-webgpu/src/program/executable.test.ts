/** Prepared programs with plans written by hand: what a run costs, whatever it is bound to. */
import {
  type Binding,
  type Buffer,
  mapBuffers,
  mapScalars,
  type Program,
  type ProgramCall,
  type ProgramScalar,
} from '@nabla/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebgpuBackend } from '../backend.js'
import { describeOnGpu } from '../testing/device.js'
import { callOf, plannedBackend } from '../testing/plans.js'

const N = 4

/** A recorded call; slots stand for buffers. */
function call(
  label: string,
  input: number,
  output: number,
  scalars: readonly ProgramScalar[] = [],
): ProgramCall {
  const slot = (id: number): Buffer => ({ id, dtype: 'int32', length: N })
  const given = callOf(label, [slot(input)], [slot(output)], [...scalars.keys()])
  return mapScalars(
    mapBuffers(given, ({ id }) => id),
    (position) => scalars[position] ?? 0,
  )
}

/** out = 2 · (in + s₀) + 1 + s₁, by way of temporaries 1 and 2, and scratch memory. */
const PROGRAM: Program = {
  slots: Array.from({ length: 4 }, () => ({ dtype: 'int32', length: N })),
  external: [0, 3],
  scalars: 2,
  calls: [
    call('add', 0, 1, [{ slot: 0 }]),
    call('double', 1, 2),
    call('add', 2, 1, [1]),
    call('add', 1, 3, [{ slot: 1 }]),
  ],
}

describeOnGpu('a prepared program', () => {
  let backend: WebgpuBackend
  beforeEach(async () => {
    backend = (await plannedBackend()).backend
  })
  afterEach(() => backend.dispose())

  const make = (...values: number[]): Buffer => {
    const buffer = backend.allocate('int32', values.length)
    backend.write(buffer, Int32Array.from(values))
    return buffer
  }
  const at = (buffer: Buffer, offset = 0): Binding => ({ buffer, offset })
  const read = async (buffer: Buffer): Promise<number[]> => [...(await backend.read(buffer))]
  /** What is made and done by an action. */
  const cost = (action: () => void) => {
    const before = backend.statistics()
    action()
    const after = backend.statistics()
    return {
      submits: after.submits - before.submits,
      dispatches: after.dispatches - before.dispatches,
      buffers: after.buffers - before.buffers,
      bindGroups: after.bindGroups - before.bindGroups,
      pipelines: after.pipelines - before.pipelines,
    }
  }
  const AGAIN = { submits: 1, dispatches: 5, buffers: 0, bindGroups: 0, pipelines: 0 }

  it('makes nothing after the first run, and submits once', async () => {
    const executable = backend.prepare(PROGRAM)
    const [x, y] = [make(1, 2, 3, 4), make(0, 0, 0, 0)]
    const run = (...scalars: number[]): void => executable.run([at(x), at(y)], scalars)
    expect(cost(() => run(0, 0))).toMatchObject({ submits: 1, dispatches: 5, bindGroups: 5, pipelines: 3 })
    expect(await read(y)).toEqual([3, 5, 7, 9])
    expect(cost(() => run(10, 100))).toEqual(AGAIN)
    expect(await read(y)).toEqual([123, 125, 127, 129])
    // Scalars of runs that are queued at once.
    run(1, 0)
    backend.run(callOf('add', [y], [x], [0]))
    run(0, 0)
    expect(await read(y)).toEqual([2 * 5 + 1, 2 * 7 + 1, 2 * 9 + 1, 2 * 11 + 1])
    expect(backend.memory().buffers).toBe(4)
    executable.dispose()
    executable.dispose()
    expect(backend.memory().buffers).toBe(2)
    expect(() => run(0, 0)).toThrow(/it was disposed/)
  })

  it('rebuilds only what is bound anew, and remembers what it was bound to', async () => {
    const executable = backend.prepare(PROGRAM)
    const y = make(0, 0, 0, 0)
    const batches = [make(1, 1, 1, 1), make(2, 2, 2, 2), make(9, 9, 3, 3, 3, 3)]
    const bindings = batches.map((x, i) => [at(x, i === 2 ? 2 : 0), at(y)])
    const run = (i: number): void => executable.run(bindings[i] ?? [], [0, 0])
    run(0)
    for (const i of [1, 2]) {
      expect(cost(() => run(i))).toEqual({ ...AGAIN, bindGroups: 1 })
      expect(await read(y)).toEqual(new Array(N).fill(2 * (i + 1) + 1))
    }
    for (const i of [0, 2, 1, 0]) {
      expect(cost(() => run(i))).toEqual(AGAIN)
      expect(await read(y)).toEqual(new Array(N).fill(2 * (i + 1) + 1))
    }
  })

  it('forgets what it was bound to long ago, and gives back the room', async () => {
    const executable = backend.prepare(PROGRAM)
    const y = make(0, 0, 0, 0)
    const batches = Array.from({ length: 100 }, (_, i) => make(i, i, i, i))
    const { pooledBytes } = backend.memory()
    for (const x of batches) executable.run([at(x), at(y)], [0, 0])
    expect(await read(y)).toEqual(new Array(N).fill(199))
    expect(backend.memory().pooledBytes).toBeLessThan(pooledBytes + 100_000)
  })

  it('reads and writes one buffer that two slots stand for', async () => {
    const x = make(1, 2, 3, 4)
    const executable = backend.prepare({ ...PROGRAM, calls: [call('add', 0, 3, [5])] })
    executable.run([at(x), at(x)], [0, 0])
    expect(await read(x)).toEqual([6, 7, 8, 9])
  })

  it('says what is missing', () => {
    const executable = backend.prepare(PROGRAM)
    const [x, y] = [make(1, 2, 3, 4), make(0, 0, 0, 0)]
    expect(() => executable.run([at(x)], [0, 0])).toThrow(/slot 3 is not bound/)
    expect(() => executable.run([at(x), at(y)], [0])).toThrow(/scalar 1 was not given/)
    executable.run([at(x), at(y)], [0, 0])
    backend.release(x)
    expect(() => executable.run([at(x), at(y)], [0, 0])).toThrow(/was released/)
  })

  it('reports faults in each run, until it is disposed', async () => {
    const executable = backend.prepare({ ...PROGRAM, calls: [call('pick', 0, 3)] })
    const [good, bad, y] = [make(1, 2, 3, 4), make(1, 2, -3, 4), make(0, 0, 0, 0)]
    executable.run([at(good), at(y)], [])
    expect(await read(y)).toEqual([1, 2, 3, 4])
    for (let run = 0; run < 2; run++) {
      executable.run([at(bad), at(y)], [])
      await expect(backend.read(y)).rejects.toThrow('pick: expected indices from 0; received index -3')
    }
    executable.run([at(good), at(y)], [])
    expect(await read(y)).toEqual([1, 2, 3, 4])
    executable.run([at(bad), at(y)], [])
    executable.dispose()
    await expect(backend.synchronize()).rejects.toThrow('index -3')
    await backend.synchronize()
  })

  it('refuses results of what failed, and fails itself at the next read', async () => {
    const executable = backend.prepare({ ...PROGRAM, calls: [call('broken', 0, 3)] })
    const next = backend.prepare({ ...PROGRAM, calls: [call('add', 0, 3, [1])] })
    const [x, y, z] = [make(1, 2, 3, 4), make(0, 0, 0, 0), make(0, 0, 0, 0)]
    executable.run([at(x), at(y)], [])
    next.run([at(y), at(z)], [])
    await expect(backend.read(z)).rejects.toThrow(/^broken \[4\]: expected a shader that compiles/)
    expect(() => next.run([at(y), at(z)], [])).toThrow(/^broken/)
    expect(() => executable.run([at(x), at(z)], [])).toThrow(/^broken/)
    next.run([at(x), at(z)], [])
    expect(await read(z)).toEqual([2, 3, 4, 5])
  })

  it('compiles ahead, so that nothing is left to compile', async () => {
    const executable = backend.prepare(PROGRAM)
    await executable.warmup()
    expect(backend.statistics()).toMatchObject({ pipelines: 3, submits: 0 })
    const [x, y] = [make(1, 2, 3, 4), make(0, 0, 0, 0)]
    expect(cost(() => executable.run([at(x), at(y)], [0, 0]))).toMatchObject({ pipelines: 0 })
    expect(await read(y)).toEqual([3, 5, 7, 9])
  })

  it('compiles ahead what does not compile, and says so when it runs', async () => {
    const executable = backend.prepare({ ...PROGRAM, calls: [call('broken', 0, 3)] })
    await executable.warmup()
    await backend.synchronize()
    executable.run([at(make(1, 2, 3, 4)), at(make(0, 0, 0, 0))], [])
    await expect(backend.synchronize()).rejects.toThrow(/^broken \[4\]: expected a shader that compiles/)
  })
})
