import { describe, expect, it } from 'vitest'
import { input } from './expr/node.js'
import type { KernelCall } from './kernel.js'
import { createNullBackend } from './null-backend.js'
import { rowMajorLayout } from './view.js'

describe('the null backend', () => {
  it('counts buffers and bytes, also at their peak', () => {
    const backend = createNullBackend()
    const a = backend.allocate('float32', 10)
    const b = backend.allocate('float16', 10)
    expect(backend.memory()).toEqual({ buffers: 2, bytes: 60, peakBytes: 60, pooledBytes: 0 })
    backend.release(a)
    backend.release(a)
    backend.release(b)
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0, peakBytes: 60, pooledBytes: 0 })
    expect(backend.allocations()).toBe(2)
  })

  it('counts calls by kind and keeps them in order', () => {
    const backend = createNullBackend()
    const view = { buffer: backend.allocate('float32', 2), dtype: 'float32' as const, ...rowMajorLayout([2]) }
    const map: KernelCall = {
      kind: 'map',
      label: 'first',
      shape: [2],
      expressions: [input(0, 'float32')],
      inputs: [view],
      scalars: [],
      outputs: [view],
    }
    backend.run(map)
    backend.run({ ...map, label: 'second' })
    expect(backend.counts()).toEqual({ total: 2, byKind: { map: 2 } })
    expect(backend.calls().map(({ label }) => label)).toEqual(['first', 'second'])
    backend.resetCounts()
    expect(backend.counts()).toEqual({ total: 0, byKind: {} })
    expect(backend.allocations()).toBe(0)
  })

  it('reads zeros of the right type and length', async () => {
    const backend = createNullBackend()
    const buffer = backend.allocate('int32', 5)
    backend.write(buffer, new Int32Array([1, 2, 3, 4, 5]))
    expect(await backend.read(buffer, 2)).toEqual(new Int32Array(3))
    expect(backend.readSync?.(buffer, 1, 2)).toEqual(new Int32Array(2))
  })

  it('forgets everything when disposed', async () => {
    const backend = createNullBackend()
    backend.allocate('float64', 4)
    await backend.dispose()
    expect(backend.memory().buffers).toBe(0)
  })
})
