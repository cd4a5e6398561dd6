/** Threads that can't be had, that die, and that end: results are right or an error says why, and nothing hangs. */
import { Worker } from 'node:worker_threads'
import { expressions as e, input, rowMajorLayout, type View } from '@nabla/backend'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { i32, load } from '../assembler/index.js'
import { makeBackend, type WasmBackend } from '../backend.js'
import { Device } from '../device.js'
import { LinearMemory } from '../memory/linear-memory.js'
import { WORKER_BYTES } from './control.js'
import { Pool } from './pool.js'
import { execute, serve } from './serve.js'
import { type Spawn, type Spawned, spawnFrom } from './spawn.js'
import type { ThreadOptions } from './threads.js'
import { ANY_WORK } from './thresholds.js'

const backends: WasmBackend[] = []

function make(options: ThreadOptions, threads = 2): WasmBackend {
  const backend = makeBackend({ threads }, { leastWork: ANY_WORK, ...options })
  backends.push(backend)
  return backend
}

afterEach(async () => {
  vi.unstubAllGlobals()
  for (const backend of backends.splice(0)) await backend.dispose()
})

const LENGTH = 10_000

function viewOn(backend: WasmBackend): View {
  const x = {
    buffer: backend.allocate('float32', LENGTH),
    dtype: 'float32',
    ...rowMajorLayout([LENGTH]),
  } as const
  backend.write(x.buffer, new Float32Array(LENGTH).fill(2))
  return x
}

/** Adds 1 to all elements, in place. */
function increase(backend: WasmBackend, x: View): void {
  const expressions = [e.add(input(0, 'float32'), 1)]
  backend.run({
    kind: 'map',
    label: 'test',
    shape: [LENGTH],
    expressions,
    inputs: [x],
    scalars: [],
    outputs: [x],
  })
}

function expectRightResults(backend: WasmBackend): void {
  const x = viewOn(backend)
  increase(backend, x)
  expect(new Set(backend.readSync(x.buffer))).toEqual(new Set([3]))
}

function expectOneThread({ capabilities }: WasmBackend, reason: RegExp): void {
  expect(capabilities.threads).toBe(1)
  expect(capabilities.description).toMatch(/one thread \(/)
  expect(capabilities.description).toMatch(reason)
  expect(capabilities.limitations[0]).toMatch(reason)
}

const terminate = async (): Promise<void> => {}
const spawn = spawnFrom()

/** A worker that does nothing; its control words may be changed. */
const silent =
  (change: (control: Int32Array, start: Parameters<Spawn>[0]) => void = () => {}): Spawn =>
  (start) => {
    change(new Int32Array(start.memory.buffer), start)
    return { terminate }
  }

describe('two threads', () => {
  it('are said to be there', async () => {
    const backend = make({})
    await backend.startThreads()
    expect(backend.capabilities).toMatchObject({ threads: 2 })
    expect(backend.capabilities.description).toMatch(/, 2 threads$/)
    expectRightResults(backend)
  })

  it('are counted only when they are there, where they may turn out impossible', async () => {
    const backend = make({ eager: true })
    expectOneThread(backend, /the others are being started/)
    await backend.threadsKnown()
    expect(backend.capabilities).toMatchObject({ threads: 2 })
    expectRightResults(backend)
  })

  it('end with the backend', async () => {
    const ended: number[] = []
    const backend = make({
      spawn: (start, failed) => {
        const { terminate } = spawn(start, failed)
        return { terminate: async () => ended.push(Number(await terminate())) }
      },
    })
    await backend.startThreads()
    await backend.dispose()
    expect(ended).toEqual([1])
  })

  /** A pool and a device on it, and a kernel that counts at an address; at 0xfffffff0 there is no memory. */
  async function makeCounter() {
    const memory = new LinearMemory({ maximumBytes: 2 ** 24, shared: true, describeUse: () => '' })
    const { address } = memory.take(WORKER_BYTES)
    const pool = new Pool({ threads: 2, memory: memory.memory, address })
    await pool.settled()
    const device = new Device(memory, { relaxed: false }, pool)
    const kernel = device.compile(({ f }, at) => f.store('i32', at, i32.add(load('i32', at), 1)))
    return { pool, memory, kernel }
  }

  it('do more calls than their lists hold', async () => {
    const { pool, memory, kernel } = await makeCounter()
    const words = [memory.take(256), memory.take(256)].map((block) => block.address)
    for (const at of words) memory.views.i32[at / 4] = 0
    pool.divide(2, 1, (thread) => {
      for (let i = 0; i < 10_000; i++) pool.call(kernel, [words[thread] ?? 0, 0, 0])
    })
    expect(words.map((at) => memory.views.i32[at / 4])).toEqual([10_000, 10_000])
    await pool.end()
  })

  it('say that a call failed, and are one then', async () => {
    const { pool, kernel } = await makeCounter()
    const fail = (): void =>
      pool.divide(2, 1, (thread) => {
        if (thread === 1) pool.call(kernel, [-16, 0, 0])
        // Time for the worker to begin.
        else for (const until = performance.now() + 50; performance.now() < until; );
      })
    expect(fail).toThrow(/a worker that stopped in it \(a call of it failed\)/)
    expect(pool.ready).toBe(false)
    expect(pool.reason).toMatch(/stopped within a kernel/)
    await pool.end()
  })
})

describe('one thread is left', () => {
  it('where workers are blocked', async () => {
    const backend = make({
      spawn: () => {
        throw new Error('the policy forbids workers')
      },
    })
    await backend.startThreads()
    expectOneThread(backend, /could not be started: the policy forbids workers/)
    expectRightResults(backend)
  })

  it('where their file is missing', async () => {
    const backend = make({
      spawn: (_, failed) => {
        setTimeout(() => failed('its file could not be loaded'), 1)
        return { terminate }
      },
    })
    expectRightResults(backend)
    await backend.startThreads()
    expectOneThread(backend, /its file could not be loaded/)
    expectRightResults(backend)
  })

  it('where their file is missing, before anything is computed', async () => {
    const backend = make({
      eager: true,
      spawn: (_, failed) => {
        setTimeout(() => failed('its file could not be loaded'), 1)
        return { terminate }
      },
    })
    await backend.threadsKnown()
    expectOneThread(backend, /its file could not be loaded/)
  })

  it('where a policy lets workers have no modules', async () => {
    const forbidding: Spawn = (start, failed) => {
      const text = `WebAssembly.Module = class { constructor() { throw new Error('forbidden') } };(${serve})(${execute}, require('node:worker_threads').workerData)`
      const worker = new Worker(text, { eval: true, workerData: start })
      worker.on('error', ({ message }) => failed(message))
      return worker
    }
    const backend = make({ spawn: forbidding })
    await backend.startThreads()
    expectOneThread(backend, /a worker failed: forbidden/)
    expectRightResults(backend)
  })

  it('where they are never ready', async () => {
    const backend = make({ spawn: silent(), startTimeout: 20 })
    expectRightResults(backend)
    await backend.startThreads()
    expectOneThread(backend, /not ready after 0.02 s/)
    expectRightResults(backend)
  })

  it('without SharedArrayBuffer', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined)
    const backend = make({})
    expectOneThread(backend, /cross-origin isolated/)
    expectRightResults(backend)
  })

  it('without a complaint where only one was asked for', () => {
    const { capabilities } = make({}, 1)
    expect(capabilities.threads).toBe(1)
    expect(capabilities.description).toMatch(/one thread$/)
  })

  it('after a worker was killed, which no result shows', async () => {
    const workers: Spawned[] = []
    const backend = make({
      spawn: (start, failed) => {
        const worker = spawn(start, failed)
        workers.push(worker)
        return worker
      },
    })
    await backend.startThreads()
    expectRightResults(backend)
    const ends = workers.map((worker) => worker.terminate())
    // Nobody has told the backend yet.
    expectRightResults(backend)
    await Promise.all(ends)
    expectOneThread(backend, /it was ended/)
    expectRightResults(backend)
  })

  it('after a worker died within a kernel, which is an error', async () => {
    const backend = make({
      callTimeout: 20,
      spawn: silent((control, { words, states }) => {
        control[words.state] = states.ready
        // As if it had begun the first list.
        control[words.claimed] = 1
      }),
    })
    await backend.startThreads()
    const x = viewOn(backend)
    expect(() => increase(backend, x)).toThrow(
      /a worker that stopped.*nothing was done for 0.02 s.*Fix: compute again/,
    )
    expectOneThread(backend, /stopped within a kernel/)
    expectRightResults(backend)
  })
})
