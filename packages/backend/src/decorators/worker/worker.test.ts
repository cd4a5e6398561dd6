/**
 * A backend in a worker as its user sees it: the same interface, few messages, errors that keep their class, and what is
 * lost, named as such.
 */
import { describe, expect, it, vi } from 'vitest'
import { createTypedArray, type TypedArray } from '../../dtype.js'
import {
  AxisError,
  BackendError,
  CancelledError,
  DeviceLostError,
  DisposedError,
  DTypeError,
  NablaError,
  ShapeError,
  ValueError,
} from '../../errors.js'
import type { KernelCall, MapCall } from '../../kernel.js'
import type { Program } from '../../program.js'
import type { Buffer } from '../../view.js'
import { fromErrorData, toErrorData } from './error-data.js'
import { connect, exponential } from './testing/connect.js'

const because = { expected: 'this', received: 'that', fix: 'do so' }

async function caught(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** A memory for the null backend: what was written is read. */
function remembering() {
  const contents = new Map<Buffer, TypedArray>()
  return {
    write(buffer: Buffer, data: TypedArray) {
      contents.set(buffer, data)
    },
    async read(buffer: Buffer) {
      return contents.get(buffer)?.slice() ?? createTypedArray(buffer.dtype, buffer.length)
    },
  }
}

/** `run` that fails on kernels with the label `bad`. */
const failing = (error: Error) => (call: KernelCall) => {
  if (call.label === 'bad') throw error
}

describe('a backend in a worker', () => {
  it('has the capabilities of the one that is there, but for reading at once', async () => {
    await using connection = await connect()
    const { remote, inner } = connection
    expect(remote.name).toBe('worker(null)')
    expect(remote.capabilities).toEqual({
      ...inner.capabilities,
      synchronousRead: false,
      description: 'counts kernel calls and bytes, computes nothing, in a worker',
    })
    expect(remote.readSync).toBeUndefined()
  })

  it('sees capabilities change', async () => {
    let threads = 1
    await using connection = await connect((inner) => ({
      get capabilities() {
        return threads === 1 ? inner.capabilities : changed
      },
    }))
    const { remote, inner } = connection
    const changed = { ...inner.capabilities, threads: 2 }
    threads = 2
    await remote.synchronize()
    remote.release(remote.allocate('float32', 1))
    await remote.synchronize()
    expect(remote.capabilities.threads).toBe(2)
  })

  it('sends many operations in one message, when somebody waits', async () => {
    await using connection = await connect()
    const { remote, inner, posted } = connection
    const a = remote.allocate('float32', 4)
    for (let i = 0; i < 50; i++) {
      const b = remote.allocate('float32', 4)
      remote.run(exponential(a, b))
      remote.release(b)
    }
    expect(posted.batch).toBeUndefined()
    expect(await remote.read(a)).toEqual(new Float32Array(4))
    expect(posted.batch).toBe(1)
    expect(inner.counts().total).toBe(50)
    expect(inner.memory().buffers).toBe(1)
  })

  it('sends by itself what nobody waits for', async () => {
    await using connection = await connect()
    const { remote, inner } = connection
    const a = remote.allocate('float32', 4)
    remote.run(exponential(a, a))
    await expect.poll(() => inner.counts().total).toBe(1)
    expect(remote.backlog()).toEqual({ kernels: 0, bytes: 0 })
  })

  it.each([4, 400])('copies %i elements of host data, which remain the caller’s', async (length) => {
    await using connection = await connect(remembering)
    const { remote } = connection
    const data = Float32Array.from({ length }, (_, i) => i / 3)
    const before = data.slice()
    const buffer = remote.allocate('float32', length)
    remote.write(buffer, data)
    data.fill(-1)
    expect(await remote.read(buffer)).toEqual(before)
    expect(data).toHaveLength(length)
  })

  it('hands over what calls say, with buffers and expressions of its own', async () => {
    await using connection = await connect()
    const { remote, inner } = connection
    const [a, b] = [remote.allocate('float32', 4), remote.allocate('float32', 4)]
    const call = exponential(a, b)
    remote.run(call)
    await remote.synchronize()
    const [arrived] = inner.calls() as [MapCall]
    expect(arrived).toEqual({
      ...call,
      inputs: [expect.objectContaining({ shape: [4], buffer: expect.objectContaining({ length: 4 }) })],
      outputs: [expect.objectContaining({ shape: [4], dtype: 'float32' })],
    })
    expect(arrived.expressions[0]).toBe(call.expressions[0])
  })

  it('counts memory at once, arenas of programs included', async () => {
    await using connection = await connect()
    const { remote } = connection
    const a = remote.allocate('float32', 100)
    expect(remote.memory()).toMatchObject({ buffers: 1, bytes: 400, peakBytes: 400 })
    const executable = remote.prepare?.(twoSteps)
    expect(executable?.temporaryBytes).toBeGreaterThan(0)
    expect(remote.memory().buffers).toBe(2)
    executable?.dispose()
    executable?.dispose()
    remote.release(a)
    expect(remote.memory()).toMatchObject({ buffers: 0, bytes: 0, peakBytes: 400 + 16 })
  })
})

const nowhere: Buffer = { id: 0, dtype: 'float32', length: 4 }

/** `out = exp(exp(in))` with a temporary between, `counter = exp(counter)` in place. Slots: in, out, temporary, counter. */
const twoSteps: Program = {
  slots: [4, 4, 4, 4].map((length) => ({ dtype: 'float32', length })),
  external: [0, 1, 3],
  scalars: 0,
  calls: [
    ['first', 0, 2],
    ['bad', 2, 1],
    ['count', 3, 3],
  ].map(([label, from, to]) => {
    const view = (buffer: unknown) => ({
      buffer: Number(buffer),
      dtype: 'float32' as const,
      shape: [4],
      strides: [1],
      offset: 0,
    })
    const { expressions } = exponential(nowhere, nowhere)
    const inputs = [view(from)]
    return {
      kind: 'map',
      label: String(label),
      shape: [4],
      expressions,
      inputs,
      scalars: [],
      outputs: [view(to)],
    }
  }),
}

describe('errors', () => {
  it.each([
    new ShapeError('matmul', because),
    new DTypeError('add', because),
    new ValueError('log', because),
    new DisposedError('sum', because),
    new AxisError('sum', 3, 2),
    new NablaError('x', because),
    new BackendError('allocate', because),
    new DeviceLostError('matmul', because),
    new CancelledError('exp', because),
    new RangeError('program: slot 3 is not bound to a buffer'),
    new Error('else'),
  ])('%s keeps its class, place and message', (error) => {
    const copy = fromErrorData(structuredClone(toErrorData(error)))
    expect(copy).toBeInstanceOf(error.constructor)
    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(error))
    expect([copy.name, copy.message, copy.stack]).toEqual([error.name, error.message, error.stack])
    expect(copy instanceof NablaError && copy.where).toBe(error instanceof NablaError && error.where)
  })

  it('of a class that is not known here keep their name', () => {
    class DeviceError extends NablaError {
      override readonly name: string = 'DeviceError'
    }
    const copy = fromErrorData(toErrorData(new DeviceError('run', because)))
    expect(copy).toBeInstanceOf(NablaError)
    expect(copy.name).toBe('DeviceError')
    expect(fromErrorData(toErrorData('text')).message).toBe('text')
  })

  it('in a kernel are thrown by the next read, once', async () => {
    await using connection = await connect(() => ({ run: failing(new ShapeError('bad', because)) }))
    const { remote } = connection
    const [a, b] = [remote.allocate('float32', 4), remote.allocate('float32', 4)]
    remote.run(exponential(a, b, 'bad'))
    remote.run(exponential(a, a, 'good'))
    const error = await caught(remote.read(a))
    expect(error).toBeInstanceOf(ShapeError)
    expect(error).toMatchObject({ where: 'bad', message: new ShapeError('bad', because).message })
    expect(await remote.read(a)).toHaveLength(4)
    await remote.synchronize()
  })

  it('leave what depends on them without values, until it is computed anew', async () => {
    await using connection = await connect(() => ({ run: failing(new ValueError('bad', because)) }))
    const { remote } = connection
    const [a, b, c] = ['float32', 'float32', 'float32'].map(() => remote.allocate('float32', 4)) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    remote.run(exponential(a, b, 'bad'))
    remote.run(exponential(b, c, 'after'))
    await expect(remote.synchronize()).rejects.toThrow(ValueError)
    await expect(remote.read(c)).rejects.toThrow('bad: expected this')
    await expect(remote.read(c)).rejects.toThrow(ValueError)
    remote.write(b, new Float32Array(2))
    await expect(remote.read(b)).rejects.toThrow(ValueError)
    remote.write(b, new Float32Array(4))
    expect(await remote.read(b)).toHaveLength(4)
    remote.run(exponential(b, c, 'again'))
    expect(await remote.read(c)).toHaveLength(4)
  })

  it('in the middle of a program leave its results without values, and what it updates as it was', async () => {
    await using connection = await connect(() => ({ run: failing(new ValueError('bad', because)) }))
    const { remote } = connection
    const [input, output, counter] = [0, 1, 2].map(() => remote.allocate('float32', 4)) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    const executable = remote.prepare?.(twoSteps)
    executable?.run(
      [input, output, counter].map((buffer) => ({ buffer, offset: 0 })),
      [],
    )
    await expect(remote.synchronize()).rejects.toThrow(ValueError)
    await expect(remote.read(output)).rejects.toThrow(ValueError)
    expect(await remote.read(counter)).toHaveLength(4)
  })

  it('in making a program ready are thrown by each of its runs', async () => {
    await using connection = await connect(() => ({
      prepare() {
        throw new ValueError('prepare', because)
      },
    }))
    const { remote } = connection
    const buffers = [0, 1, 2].map(() => ({ buffer: remote.allocate('float32', 4), offset: 0 }))
    const executable = remote.prepare?.(twoSteps)
    await remote.synchronize()
    for (let run = 0; run < 2; run++) {
      executable?.run(buffers, [])
      await expect(remote.synchronize()).rejects.toThrow(ValueError)
    }
    executable?.dispose()
    await remote.synchronize()
  })

  it('in compiling ahead are thrown by that', async () => {
    const warmup = vi.fn(async () => {
      throw new ValueError('warmup', because)
    })
    await using connection = await connect(() => ({
      prepare: () => ({ temporaryBytes: 0, run() {}, dispose() {}, warmup }),
    }))
    const executable = connection.remote.prepare?.(twoSteps)
    await expect(executable?.warmup?.()).rejects.toThrow(ValueError)
    expect(warmup).toHaveBeenCalledOnce()
  })

  it('in an allocation are told by everything that needs the memory', async () => {
    await using connection = await connect((inner) => ({
      allocate(dtype, length) {
        if (length > 100) throw new BackendError('allocate', because)
        return inner.allocate(dtype, length)
      },
    }))
    const { remote, inner } = connection
    const [large, small] = [remote.allocate('float32', 1000), remote.allocate('float32', 4)]
    await expect(remote.synchronize()).rejects.toThrow(BackendError)
    remote.run(exponential(large, small))
    remote.run(exponential(small, large))
    await expect(remote.read(large)).rejects.toThrow('allocate: expected this')
    await expect(remote.read(small)).rejects.toThrow(BackendError)
    remote.write(large, new Float32Array(1000))
    await expect(remote.synchronize()).rejects.toThrow(BackendError)
    remote.release(large)
    remote.release(small)
    await remote.synchronize()
    expect(inner.memory().buffers).toBe(0)
    expect(inner.counts().total).toBe(0)
  })

  it('of the read itself reject it alone', async () => {
    await using connection = await connect(() => ({
      async read() {
        throw new ValueError('read', because)
      },
    }))
    const { remote } = connection
    const a = remote.allocate('float32', 4)
    await expect(remote.read(a)).rejects.toThrow(ValueError)
    await remote.synchronize()
  })

  it('that can be seen at once are thrown at once, and leave no trace', async () => {
    await using connection = await connect()
    await using other = await connect()
    const { remote, inner } = connection
    const a = remote.allocate('float32', 4)
    const released = remote.allocate('float32', 4)
    const foreign = other.remote.allocate('float32', 4)
    remote.release(released)
    expect(() => remote.run(exponential(a, foreign))).toThrow(/belongs to another backend/)
    expect(() => remote.run(exponential(released, a))).toThrow(DisposedError)
    expect(() => remote.release(released)).toThrow(DisposedError)
    expect(() => remote.write(a, new Float32Array(5))).toThrow(ValueError)
    await expect(remote.read(a, 2, 3)).rejects.toThrow(ValueError)
    const executable = remote.prepare?.(twoSteps)
    expect(() => executable?.run([{ buffer: foreign, offset: 0 }], [])).toThrow(BackendError)
    remote.run(exponential(a, a))
    await remote.synchronize()
    expect(inner.counts().total).toBe(1)
  })
})
