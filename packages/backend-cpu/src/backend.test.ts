/**
 * Buffers of the CPU backend: what they hold, how they are counted, reused and guarded.
 */
import {
  BackendError,
  DisposedError,
  expressions as e,
  input,
  type MapCall,
  rowMajorLayout,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { cpuBackendFactory, createCpuBackend } from './backend.js'
import { BufferPool, roundedLength } from './buffer-pool.js'

const view = (buffer: ReturnType<ReturnType<typeof createCpuBackend>['allocate']>) => ({
  buffer,
  dtype: buffer.dtype,
  ...rowMajorLayout([buffer.length]),
})

function addCall(buffer: ReturnType<ReturnType<typeof createCpuBackend>['allocate']>): MapCall {
  const expressions = [e.add(input(0, 'float32'), 1)]
  return {
    kind: 'map',
    label: 'increment',
    shape: [buffer.length],
    expressions,
    inputs: [view(buffer)],
    scalars: [],
    outputs: [view(buffer)],
  }
}

describe('buffers', () => {
  it('hold what was written and give copies', async () => {
    const backend = createCpuBackend()
    const buffer = backend.allocate('int32', 5)
    backend.write(buffer, new Int32Array([1, 2, 3, 4, 5]))
    const whole = await backend.read(buffer)
    expect(whole).toEqual(new Int32Array([1, 2, 3, 4, 5]))
    whole[0] = 9
    expect(backend.readSync?.(buffer, 0, 2)).toEqual(new Int32Array([1, 2]))
    expect(await backend.read(buffer, 3)).toEqual(new Int32Array([4, 5]))
    backend.write(buffer, new Int32Array([7]))
    expect(await backend.read(buffer)).toEqual(new Int32Array([7, 2, 3, 4, 5]))
  })

  it('refuse too much data and ranges beyond their end', () => {
    const backend = createCpuBackend()
    const buffer = backend.allocate('float32', 2)
    expect(() => backend.write(buffer, new Float32Array(3))).toThrow('write: expected at most 2 elements')
    expect(() => backend.readSync?.(buffer, 1, 2)).toThrow('received 2 elements from 1')
  })

  it('are counted, with the peak and what is kept for reuse', () => {
    const backend = createCpuBackend()
    const first = backend.allocate('float32', 100)
    const second = backend.allocate('uint8', 10)
    expect(backend.memory()).toEqual({ buffers: 2, bytes: 410, peakBytes: 410, pooledBytes: 0 })
    backend.release(first)
    const kept = roundedLength(100) * 4
    expect(backend.memory()).toEqual({ buffers: 1, bytes: 10, peakBytes: 410, pooledBytes: kept })
    const third = backend.allocate('float32', 97)
    expect(backend.memory().pooledBytes).toBe(0)
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
  })

  it('cannot be released twice or used afterwards', () => {
    const backend = createCpuBackend()
    const buffer = backend.allocate('float32', 2)
    backend.release(buffer)
    expect(() => backend.release(buffer)).toThrow(DisposedError)
    expect(() => backend.release(buffer)).toThrow('release: expected buffers that are still in use')
    expect(() => backend.run(addCall(buffer))).toThrow('increment: expected buffers that are still in use')
    expect(() => backend.readSync?.(buffer)).toThrow(DisposedError)
  })

  it('of another backend are turned away', () => {
    const [one, other] = [createCpuBackend(), createCpuBackend()]
    const buffer = one.allocate('float32', 2)
    expect(() => other.run(addCall(buffer))).toThrow(BackendError)
    expect(() => other.run(addCall(buffer))).toThrow('which belongs to another backend')
    expect(() => other.release({ id: 0, dtype: 'float32', length: 2 })).toThrow(BackendError)
    one.run(addCall(buffer))
  })
})

describe('the pool', () => {
  it('rounds lengths up by at most a quarter', () => {
    for (let length = 1; length < 5000; length++) {
      const rounded = roundedLength(length)
      expect(rounded).toBeGreaterThanOrEqual(length)
      expect(rounded).toBeLessThanOrEqual(Math.max(16, length * 1.25))
    }
  })

  it('keeps no more than its limit, dropping the oldest sizes first', () => {
    const pool = new BufferPool(3000)
    const [old, young, large] = [
      pool.take('float32', 300),
      pool.take('float32', 500),
      pool.take('float32', 2000),
    ]
    pool.give('float32', old)
    pool.give('float32', young)
    pool.give('float32', large)
    expect(pool.bytes).toBe(young.data.byteLength)
    expect(pool.take('float32', 500)).toBe(young)
    expect(pool.take('float32', 300)).not.toBe(old)
  })
})

describe('the factory', () => {
  it('makes backends that know their own buffers', async () => {
    const backend = await cpuBackendFactory.create({})
    expect(backend.name).toBe('cpu')
    expect(backend.capabilities.synchronousRead).toBe(backend.readSync !== undefined)
  })
})
