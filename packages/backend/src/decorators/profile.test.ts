import { describe, expect, it, vi } from 'vitest'
import type { Backend } from '../backend.js'
import { mapBuffers } from '../kernel.js'
import { createNullBackend } from '../null-backend.js'
import { replayProgram } from '../replay.js'
import { decorate } from './decorate.js'
import { profile } from './profile.js'
import { CALLS, EVERY_KIND, viewOf } from './testing/calls.js'

const inner = createNullBackend()

describe('profile', () => {
  it('writes down each call with its shapes, cost and time', () => {
    const backend = profile(inner)
    for (const { call } of EVERY_KIND) backend.run(call)
    expect(backend.entries()).toEqual(
      EVERY_KIND.map(({ call: { kind, label }, shape, expression, operations, bytes }) => ({
        ...{ kind, label, shape, operations, bytes },
        ...(expression !== undefined && { expression }),
        start: expect.any(Number),
        microseconds: expect.any(Number),
      })),
    )
  })

  it('times calls on one clock, which a reset starts anew', () => {
    let milliseconds = 100
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => milliseconds)
    const pass = (time: number): void => {
      milliseconds += time
    }
    try {
      const backend = profile(decorate(inner, { run: () => pass(2) }))
      const times = () => backend.entries().map(({ start, microseconds }) => ({ start, microseconds }))
      pass(0.0625)
      backend.run(CALLS.map.call)
      pass(1)
      backend.run(CALLS.scan.call)
      const before = backend.entries()
      expect(times()).toEqual([
        { start: 62.5, microseconds: 2000 },
        { start: 3062.5, microseconds: 2000 },
      ])
      backend.resetProfile()
      expect(backend.entries()).toEqual([])
      expect(before).toHaveLength(2)
      pass(3)
      backend.run(CALLS.map.call)
      expect(times()).toEqual([{ start: 3000, microseconds: 2000 }])
    } finally {
      clock.mockRestore()
    }
  })

  it('passes calls on, and errors back', () => {
    inner.resetCounts()
    profile(inner).run(CALLS.scan.call)
    expect(inner.counts().byKind).toEqual({ scan: 1 })
    const broken = profile(
      decorate(inner, {
        run: () => {
          throw new RangeError('no')
        },
      }),
    )
    expect(() => broken.run(CALLS.scan.call)).toThrow(RangeError)
    expect(broken.entries()).toEqual([])
  })

  it("has the device's own times, where it tells them, after the next read", async () => {
    const answers: ((time: { start: number; end: number }) => void)[] = []
    const timed = () => new Promise<{ start: number; end: number }>((resolve) => void answers.push(resolve))
    const run = vi.fn()
    const backend = profile(decorate(inner, { run, timed }))
    expect(backend.timed).toBeUndefined()
    backend.run(CALLS.map.call)
    backend.run(CALLS.scan.call)
    const [queued] = backend.entries()
    const list = backend.entries()
    const read = backend.read(viewOf([2]).buffer)
    backend.resetProfile()
    answers[0]?.({ start: 5000, end: 5010 })
    answers[1]?.({ start: 5012.5, end: 5020 })
    await read
    await backend.synchronize()
    expect(run).not.toHaveBeenCalled()
    const start = queued?.start ?? Number.NaN
    expect(list.map(({ start: at, microseconds }) => [at - start, microseconds])).toEqual([
      [expect.closeTo(0), 10],
      [expect.closeTo(12.5), 7.5],
    ])
    expect(backend.entries()).toEqual([])
  })

  it('keeps the time of queueing where the device fails to tell', async () => {
    const timed = () => Promise.reject(new Error('lost'))
    const backend = profile(decorate(inner, { timed }))
    backend.run(CALLS.scan.call)
    await backend.synchronize()
    expect(backend.entries()).toMatchObject([{ label: 'cumulativeSum' }])
  })

  it('sees programs call by call, whatever the backend would make of them', () => {
    const prepare: Backend['prepare'] = () => {
      throw new Error('not to be called')
    }
    const backend = profile({ ...inner, prepare })
    expect(backend.prepare).toBeUndefined()
    const buffers = [inner.allocate('float32', 12), inner.allocate('float32', 12)]
    const { input, output } = CALLS.scan.call
    const slots = buffers.map(({ dtype, length }) => ({ dtype, length }))
    const slotOf = new Map([
      [input.buffer, 0],
      [output.buffer, 1],
    ])
    const call = mapBuffers(CALLS.scan.call, (buffer) => slotOf.get(buffer) ?? 0)
    const program = replayProgram(backend, { slots, external: [0, 1], scalars: 0, calls: [call, call] })
    program.run(
      buffers.map((buffer) => ({ buffer, offset: 0 })),
      [],
    )
    expect(backend.entries().map(({ label }) => label)).toEqual(['cumulativeSum', 'cumulativeSum'])
  })
})

describe('decorate', () => {
  it('forwards all but what is changed', async () => {
    const names: string[] = []
    const changed = decorate(inner, { run: (call) => void names.push(call.label) })
    const buffer = changed.allocate('int32', 2)
    expect(inner.memory()).toEqual(changed.memory())
    expect(await changed.read(buffer)).toEqual(new Int32Array(2))
    expect(changed.readSync?.(buffer, 1, 1)).toEqual(new Int32Array(1))
    changed.run({
      kind: 'sort',
      label: 'sort',
      axis: 0,
      descending: false,
      input: viewOf([2]),
      values: viewOf([2]),
    })
    expect(names).toEqual(['sort'])
    expect(changed.name).toBe('null')
    changed.release(buffer)
    await changed.synchronize()
  })

  it('does not invent methods that the backend has not', () => {
    const { readSync: _, ...asynchronous } = createNullBackend()
    expect(decorate(asynchronous, {}).readSync).toBeUndefined()
    expect(decorate(asynchronous, {}).prepare).toBeUndefined()
  })
})
