/**
 * Backends in real workers of Node: chosen by name, with the same results, and when the worker dies.
 */
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  adam,
  type Backend,
  configure,
  createWasmBackend,
  createWorkerBackend,
  layers,
  matmul,
  mnist,
  normal,
  ones,
  sequential,
  setDefaultBackend,
  setSeed,
  type WorkerBackend,
} from './index.js'
import { startWorker } from './start-worker.js'

const opened: Backend[] = []
const opens = <B extends Backend>(backend: B): B => {
  opened.push(backend)
  return backend
}

afterEach(async () => {
  vi.unstubAllEnvs()
  for (const backend of opened.splice(0)) await backend.dispose()
})

describe('a backend by name', () => {
  test('worker:auto is the best that the worker has', async () => {
    vi.stubEnv('NABLA_BACKEND', '')
    const { backend, description } = await configure({ backend: 'worker:auto', threads: 1, seed: 1 })
    opens(backend)
    expect(backend.name).toBe('worker(wasm)')
    expect(description).toMatch(/^worker\(wasm\) \(WebAssembly .*, in a worker\), chosen by the program$/)
    expect((await normal([3]).data()).length).toBe(3)
  })

  test('comes from the environment, and is passed over where it can’t be had', async () => {
    vi.stubEnv('NABLA_BACKEND', 'worker:none, worker:cpu')
    const { backend, passedOver } = await configure()
    opens(backend)
    expect(backend.name).toBe('worker(cpu)')
    expect(passedOver).toEqual([
      { name: 'worker:none', reason: expect.stringContaining('no backend of this name is registered') },
    ])
  })

  test('alone that can’t be had is an error with the worker’s reason', async () => {
    await expect(configure({ backend: 'worker:none' })).rejects.toThrow(
      /"worker:none": .*"none": no backend of this name is registered.*asked for by the program/,
    )
  })
})

/** The losses of a small training. */
async function train(backend: Backend): Promise<readonly number[]> {
  setDefaultBackend(backend)
  setSeed(5)
  const { train: digits } = await mnist({ source: 'digits', digits: { train: 200, test: 10 } })
  const model = sequential([layers.flatten(), layers.dense(16, { activation: 'relu' }), layers.dense(10)], {
    inputShape: [28, 28, 1],
  })
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossEntropyFromLogits' })
  const history = await model.fit(digits, { epochs: 3, batchSize: 20, verbose: 0 })
  return history.values('loss')
}

test('training gives the very losses that it gives without a worker', async () => {
  const inside = await train(opens(await createWorkerBackend({ backend: 'wasm', threads: 1 })))
  const direct = await train(opens(createWasmBackend({ threads: 1 })))
  expect(inside).toEqual(direct)
})

test('threads start in workers of the worker', async () => {
  const backend = opens(await createWorkerBackend({ backend: 'wasm', threads: 2 }))
  const x = ones([512, 512], { backend })
  const y = matmul(x, x)
  expect((await y.sum().item()) / 512 ** 3).toBe(1)
  expect(backend.capabilities.threads).toBe(2)
})

describe('a worker of one’s own', () => {
  test('is used, and ended with the backend', async () => {
    const worker = startWorker()
    if (!(worker instanceof Worker)) throw new Error('a worker of Node was expected')
    const ended = new Promise((resolve) => worker.on('exit', resolve))
    const backend = await createWorkerBackend({ worker, backend: 'cpu' })
    expect(await ones([2], { backend }).sum().item()).toBe(2)
    await backend.dispose()
    await ended
  })

  test('that is ended fails what is pending, with the last kernel', async () => {
    const worker = startWorker()
    if (!(worker instanceof Worker)) throw new Error('a worker of Node was expected')
    const backend = await createWorkerBackend({ worker, backend: 'cpu' })
    const x = ones([300, 300], { backend })
    let y = matmul(x, x)
    for (let i = 0; i < 20; i++) y = matmul(y, x)
    const pending = y.data().catch((error: unknown) => String(error))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await worker.terminate()
    expect(await pending).toMatch(/BackendError: read: .*exit code 1\), with 22 kernels .*"matmul"/)
    expect(() => ones([1], { backend })).toThrow(/its end/)
  })

  test('whose file is missing is an error that says so', async () => {
    const worker = new Worker(new URL('file:///nowhere/worker.js'))
    await expect(createWorkerBackend({ worker })).rejects.toThrow(/Cannot find module.*calls serve\(\)/)
  })
})

/** A worker that says it serves a backend, and does something else with the first batch. */
function faulty(accident: string): Worker {
  const text = `const { parentPort } = require('node:worker_threads')
    const capabilities = { dtypes: ['float32'], synchronousRead: false, threads: 1, composites: [], maximumViews: 8,
      description: 'faulty', limitations: [] }
    parentPort.on('message', ({ kind }) => {
      if (kind === 'create') parentPort.postMessage({ kind: 'created', name: 'faulty', capabilities, passedOver: [] })
      else { ${accident} }
    })`
  return new Worker(text, {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 16 },
    stdout: true,
    stderr: true,
  })
}

describe('a worker that dies', () => {
  test.each([
    ['of an error', `throw new Error('the driver fell over')`, /its end \(the driver fell over\)/],
    ['of its own will', 'process.exit(7)', /its end \(it ended with exit code 7\)/],
    [
      'of memory',
      'const all = []; for (;;) all.push(new Array(1e5).fill({}))',
      /out of memory|memory limit/i,
    ],
  ])('%s names the last kernel', async (_, accident, reason) => {
    const backend: WorkerBackend = await createWorkerBackend({ worker: faulty(accident) })
    const x = ones([4], { backend })
    const message = await x.exp().data().catch(String)
    expect(message).toMatch(reason)
    expect(message).toMatch(/2 kernels under way or waiting, the last of them "exp"/)
    await expect(backend.synchronize()).rejects.toThrow(reason)
    await backend.dispose()
  })
})
