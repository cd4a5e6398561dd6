/**
 * What flows between both sides, and what doesn't any more: back-pressure, cancelling, crashes, the end.
 */
import { describe, expect, it, vi } from 'vitest'
import { BackendError, CancelledError } from '../../errors.js'
import type { KernelCall } from '../../kernel.js'
import { createNullBackend } from '../../null-backend.js'
import { workerBackend } from './handshake.js'
import type { FromWorker, ToWorker } from './messages.js'
import { type Port, portOf } from './port.js'
import { serveBackend } from './server.js'
import { connect, exponential } from './testing/connect.js'

/** `run` that takes its time. */
function slow(milliseconds: number) {
  return (): void => {
    const until = performance.now() + milliseconds
    while (performance.now() < until);
  }
}

describe('running ahead', () => {
  it('has no more than some batches on their way, and the rest waits', async () => {
    await using connection = await connect()
    const { remote, posted, inner } = connection
    const a = remote.allocate('float32', 4)
    for (let i = 0; i < 20_000; i++) remote.run(exponential(a, a))
    expect(posted.batch).toBe(16)
    expect(remote.backlog().kernels).toBe(20_000)
    await remote.synchronize()
    expect(remote.backlog().kernels).toBe(0)
    expect(inner.counts().total).toBe(20_000)
  })

  it('counts host data, and sends it in batches of about a megabyte', async () => {
    await using connection = await connect()
    const { remote, posted } = connection
    const a = remote.allocate('float32', 2 ** 18)
    const data = new Float32Array(2 ** 18)
    for (let i = 0; i < 4; i++) remote.write(a, data)
    expect(posted.batch).toBe(4)
    expect(remote.backlog().bytes).toBe(2 ** 22)
    await remote.synchronize()
  })

  it('is held up by room() after some steps', async () => {
    await using connection = await connect(() => ({ run: slow(2) }))
    const { remote } = connection
    const a = remote.allocate('float32', 4)
    let most = 0
    for (let step = 0; step < 30; step++) {
      remote.run(exponential(a, a))
      most = Math.max(most, remote.backlog().kernels)
      await remote.room()
    }
    expect(most).toBeLessThanOrEqual(6)
    await remote.synchronize()
    expect(remote.room()).toBeUndefined()
  })

  it('10,000 steps that are seldom awaited keep memory flat on both sides', { timeout: 60_000 }, async () => {
    await using connection = await connect()
    const { remote, inner } = connection
    const weights = remote.allocate('float32', 1000)
    const data = new Float32Array(1000)
    const arrays: number[] = []
    for (let step = 0; step < 10_000; step++) {
      const batch = remote.allocate('float32', 1000)
      remote.write(batch, data)
      const loss = remote.allocate('float32', 1)
      remote.run(exponential(batch, batch))
      remote.run(exponential(batch, weights))
      remote.release(batch)
      if (step % 100 === 0) {
        await remote.read(loss)
        inner.resetCounts()
        arrays.push(process.memoryUsage().arrayBuffers)
      }
      remote.release(loss)
    }
    await remote.synchronize()
    expect(inner.memory().buffers).toBe(1)
    expect(inner.memory().peakBytes).toBe(4000 + 4000 + 4)
    expect(remote.memory()).toMatchObject({ buffers: 1, peakBytes: 4000 + 4000 + 4 })
    expect(remote.backlog()).toEqual({ kernels: 0, bytes: 0 })
    // What a hundred steps queue, until the garbage collector comes by.
    expect(Math.max(...arrays)).toBeLessThan(64 * 2 ** 20)
  })
})

describe('cancel()', () => {
  it('drops kernels that were not begun, and pending reads', async () => {
    const run = vi.fn(slow(10))
    await using connection = await connect(() => ({ run }))
    const { remote } = connection
    const [a, b] = [remote.allocate('float32', 4), remote.allocate('float32', 4)]
    remote.write(a, new Float32Array(4))
    await remote.synchronize()
    for (let i = 0; i < 20; i++) remote.run(exponential(a, b))
    const pending = remote.read(b)
    const failed = expect(pending).rejects.toThrow(CancelledError)
    await vi.waitFor(() => expect(run).toHaveBeenCalled())
    const { kernels } = await remote.cancel()
    await failed
    expect(kernels).toBeGreaterThan(10)
    expect(run.mock.calls.length + kernels).toBe(20)
    // It is as usable as before: what was dropped has no values, the rest has.
    expect(await remote.read(a)).toHaveLength(4)
    await expect(remote.read(b)).rejects.toThrow('exp: expected operands that were computed')
    remote.run(exponential(a, b))
    expect(await remote.read(b)).toHaveLength(4)
  })

  it('lets allocations, writes and releases happen', async () => {
    await using connection = await connect(() => ({ run: slow(10) }))
    const { remote, inner } = connection
    const a = remote.allocate('float32', 4)
    for (let i = 0; i < 5; i++) remote.run(exponential(a, a))
    const b = remote.allocate('float32', 4)
    remote.write(b, new Float32Array(4))
    const { kernels } = await remote.cancel()
    expect(kernels).toBe(5)
    expect(await remote.read(b)).toHaveLength(4)
    remote.release(a)
    await remote.synchronize()
    expect(inner.memory().buffers).toBe(1)
  })

  it('has nothing to do where nothing is queued, and may come twice', async () => {
    await using connection = await connect()
    const { remote } = connection
    expect(await remote.cancel()).toEqual({ kernels: 0 })
    const a = remote.allocate('float32', 4)
    remote.run(exponential(a, a))
    const both = [remote.cancel(), remote.cancel()]
    const dropped = (await Promise.all(both)).map(({ kernels }) => kernels)
    expect(dropped).toEqual([1, 0])
  })
})

describe('a crash', () => {
  it('in mid-batch fails what is pending and all that comes, and names the last kernel', async () => {
    await using connection = await connect()
    const { remote, crash } = connection
    const a = remote.allocate('float32', 4)
    await remote.synchronize()
    for (let i = 0; i < 3; i++) remote.run(exponential(a, a, `kernel ${i}`))
    const outcomes = Promise.allSettled([remote.read(a), remote.synchronize()])
    crash('exit code 134')
    crash('again')
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected')
    expect(() => remote.run(exponential(a, a))).toThrow(BackendError)
    expect(() => remote.allocate('float32', 1)).toThrow(
      /exit code 134.*3 kernels under way or waiting, the last of them "kernel 2"/,
    )
    await expect(remote.read(a)).rejects.toThrow(BackendError)
    await expect(remote.cancel()).rejects.toThrow(BackendError)
    expect(remote.room()).toBeUndefined()
    // Who cleans up is not bothered.
    remote.release(a)
    await remote.dispose()
  })

  it('rejects pending reads with the kernel that was under way', async () => {
    await using connection = await connect()
    const { remote, crash } = connection
    const a = remote.allocate('float32', 4)
    remote.run(exponential(a, a, 'matmul'))
    const pending = expect(remote.read(a)).rejects.toThrow(/out of memory.*the kernel "matmul" under way/)
    crash('out of memory')
    await pending
  })

  it('of the interpreter itself is one', async () => {
    await using connection = await connect((inner) => ({
      memory() {
        throw new Error('the driver fell over')
      },
      allocate: inner.allocate,
    }))
    const { remote } = connection
    remote.allocate('float32', 4)
    await expect
      .poll(() => {
        try {
          remote.allocate('float32', 4)
          return ''
        } catch (error) {
          return String(error)
        }
      })
      .toMatch(/the driver fell over.*no kernel under way/)
  })
})

describe('the end', () => {
  it('disposes what is served; pending reads and later requests fail', async () => {
    const connection = await connect(() => ({ run: slow(30) }))
    const { remote, inner } = connection
    const a = remote.allocate('float32', 4)
    remote.run(exponential(a, a))
    const pending = expect(remote.read(a)).rejects.toThrow('received one that was disposed')
    await remote.dispose()
    await pending
    expect(inner.memory().buffers).toBe(0)
    expect(remote.memory()).toMatchObject({ buffers: 0, bytes: 0 })
    expect(() => remote.allocate('float32', 1)).toThrow(BackendError)
    await remote.dispose()
  })

  it('comes after a second at the latest', async () => {
    const connection = await connect(() => ({ dispose: () => new Promise(() => {}) }))
    const begin = performance.now()
    await connection.remote.dispose()
    expect(performance.now() - begin).toBeGreaterThan(900)
  })
})

describe('the start', () => {
  type ClientPort = Port<FromWorker, ToWorker>
  const silent: ClientPort = { post() {}, listen() {}, hold() {}, close() {} }

  it('is an error where no backend can be had, with the reasons', async () => {
    const { port1, port2 } = new MessageChannel()
    serveBackend(portOf<ToWorker, FromWorker>(port2), async () => {
      throw new BackendError('createBackend', { expected: 'one', received: '"webgpu": no adapter', fix: 'x' })
    })
    await expect(workerBackend(portOf(port1))).rejects.toThrow(/"webgpu": no adapter/)
  })

  it('is an error where nobody answers, or the file is missing', async () => {
    await expect(workerBackend(silent, { startTimeout: 10 })).rejects.toThrow(/no answer within 0.01 s/)
    const missing: ClientPort = { ...silent, listen: (_, ended) => ended('its file could not be loaded') }
    await expect(workerBackend(missing)).rejects.toThrow(/its file could not be loaded/)
  })

  it('asks for a backend with its options, and hears which were passed over', async () => {
    const { port1, port2 } = new MessageChannel()
    const asked: unknown[] = []
    const passedOver = [{ name: 'webgpu', reason: 'no adapter' }]
    serveBackend(portOf<ToWorker, FromWorker>(port2), async (...what) => {
      asked.push(...what)
      return { backend: createNullBackend(), passedOver }
    })
    const remote = await workerBackend(portOf(port1), { backend: ['webgpu', 'null'], threads: 3 })
    expect(asked).toEqual([['webgpu', 'null'], { threads: 3 }])
    expect(remote.passedOver).toEqual(passedOver)
    await remote.dispose()
  })
})

describe('a port of the web', () => {
  /** A `MessagePort` as browsers have it. */
  const ofTheWeb = (port: MessagePort) => ({
    postMessage: (message: unknown, { transfer }: { transfer: ArrayBuffer[] }) =>
      port.postMessage(message, transfer),
    addEventListener: (type: string, listener: (event: MessageEvent) => void) =>
      port.addEventListener(type, (event) => listener(event as MessageEvent)),
    start: () => port.start(),
    close: () => port.close(),
  })

  it('does the same', async () => {
    const { port1, port2 } = new MessageChannel()
    const inner = createNullBackend()
    serveBackend(portOf<ToWorker, FromWorker>(ofTheWeb(port2)), async () => ({
      backend: inner,
      passedOver: [],
    }))
    const remote = await workerBackend(portOf<FromWorker, ToWorker>(ofTheWeb(port1)))
    const a = remote.allocate('float32', 100)
    remote.write(a, new Float32Array(100))
    const call: KernelCall = exponential(a, a)
    remote.run(call)
    expect(await remote.read(a)).toHaveLength(100)
    await remote.dispose()
  })

  it('tells when a worker fails', () => {
    const target = new EventTarget()
    const reasons: string[] = []
    const port = portOf<FromWorker, ToWorker>({
      postMessage() {},
      addEventListener: (type: string, listener: (event: MessageEvent) => void) =>
        target.addEventListener(type, (event) => listener(event as MessageEvent)),
    })
    port.listen(
      () => {},
      (reason) => reasons.push(reason),
    )
    target.dispatchEvent(new Event('error'))
    target.dispatchEvent(Object.assign(new Event('error'), { message: 'Uncaught Error: no' }))
    target.dispatchEvent(new Event('messageerror'))
    expect(reasons).toEqual([
      'its file could not be loaded',
      'Uncaught Error: no',
      'a message could not be read',
    ])
  })
})
