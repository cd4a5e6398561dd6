/** The queue, with plans written by hand: order, submissions, uniform words, scratch memory, reuse. */
import type { Buffer } from '@nabla/backend'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WebgpuBackend } from '../backend.js'
import { describeOnGpu } from '../testing/device.js'
import { callOf, plannedBackend } from '../testing/plans.js'
import { foldGroups } from './words.js'

describe('folding', () => {
  it('covers all groups, with less than a row too many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (groups) => {
        const [x, y] = foldGroups(groups, 65535)
        expect(x).toBeLessThanOrEqual(65535)
        expect(x * y).toBeGreaterThanOrEqual(groups)
        expect(x * y - groups).toBeLessThan(y)
      }),
    )
  })
})

describeOnGpu('the queue', () => {
  let backend: WebgpuBackend
  beforeEach(async () => {
    backend = (await plannedBackend()).backend
  })
  afterEach(() => backend.dispose())

  const make = (values: readonly number[]): Buffer => {
    const buffer = backend.allocate('int32', values.length)
    backend.write(buffer, Int32Array.from(values))
    return buffer
  }
  const read = async (buffer: Buffer): Promise<number[]> => [...(await backend.read(buffer))]

  it('keeps the order of calls over many submissions', async () => {
    const x = make([1, 2, 3])
    const y = backend.allocate('int32', 3)
    for (let i = 0; i < 300; i++) {
      backend.run(callOf('add', [x], [y], [1]))
      backend.run(callOf('add', [y], [x], [1]))
    }
    expect(await read(x)).toEqual([601, 602, 603])
    const { submits, dispatches, bindGroups, pipelines } = backend.statistics()
    expect({ dispatches, bindGroups, pipelines }).toEqual({ dispatches: 600, bindGroups: 2, pipelines: 1 })
    expect(submits).toBe(Math.ceil(600 / 64))
  })

  it('submits what waits when the host has done what it is doing', async () => {
    const x = make([1])
    backend.run(callOf('add', [x], [backend.allocate('int32', 1)], [1]))
    expect(backend.statistics().submits).toBe(0)
    await Promise.resolve()
    expect(backend.statistics().submits).toBe(1)
  })

  it('shares a submission between reads that follow at once', async () => {
    const x = make([1])
    const y = make([2])
    expect(await Promise.all([read(x), read(y), backend.read(x, 0, 0)])).toEqual([[1], [2], new Int32Array()])
    expect(backend.statistics().submits).toBe(1)
  })

  it('writes and reads in the order of the calls', async () => {
    const x = make([1, 2])
    const y = backend.allocate('int32', 2)
    backend.run(callOf('add', [x], [y], [10]))
    backend.write(x, Int32Array.from([5]))
    const before = backend.read(y)
    backend.run(callOf('add', [x], [y], [20]))
    backend.write(x, Int32Array.from([0, 0]))
    expect([...(await before)]).toEqual([11, 12])
    expect(await read(y)).toEqual([25, 22])
    expect(await read(x)).toEqual([0, 0])
  })

  it('reuses released memory at once, behind what still uses it', async () => {
    const x = make([1, 2])
    const y = backend.allocate('int32', 2)
    const z = backend.allocate('int32', 2)
    backend.run(callOf('add', [x], [y], [1]))
    backend.release(x)
    const made = backend.statistics().buffers
    const w = make([7, 7])
    expect(backend.statistics().buffers).toBe(made)
    backend.run(callOf('add', [w], [z], [1]))
    expect(await read(y)).toEqual([2, 3])
    expect(await read(z)).toEqual([8, 8])
  })

  it('has more uniform words than fit in a slot, and one after the other in a page', async () => {
    const outputs = Array.from({ length: 200 }, () => backend.allocate('int32', 1))
    for (const y of outputs) backend.run(callOf('words', [], [y]))
    for (const y of [outputs[0], outputs[199]]) expect(await read(y as Buffer)).toEqual([1000 + 1050 + 1099])
  })

  it('lends memory to a plan', async () => {
    const x = make([1, 2, 3])
    for (let i = 0; i < 3; i++) backend.run(callOf('double', [x], [x]))
    expect(await read(x)).toEqual([8, 16, 24])
    expect(backend.memory()).toMatchObject({ buffers: 1, bytes: 256 })
  })

  it('runs more groups than one dimension has', async () => {
    const length = 65535 + 4000
    const x = make(Array.from({ length }, (_, i) => i))
    const y = backend.allocate('int32', length)
    backend.run(callOf('add', [x], [y], [1]))
    const result = await read(y)
    expect([result[0], result[65534], result[65535], result[length - 1]]).toEqual([1, 65535, 65536, length])
  })

  it('counts its memory', async () => {
    const buffers = Array.from({ length: 10 }, () => backend.allocate('float32', 100))
    expect(backend.memory()).toMatchObject({ buffers: 10, bytes: 5120, peakBytes: 5120 })
    for (const buffer of buffers) backend.release(buffer)
    backend.allocate('bool', 128)
    expect(backend.memory()).toMatchObject({ buffers: 1, bytes: 512, peakBytes: 5120 })
    expect(backend.memory().pooledBytes).toBeGreaterThanOrEqual(9 * 512)
  })
})
