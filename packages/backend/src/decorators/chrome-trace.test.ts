import { describe, expect, it } from 'vitest'
import { createNullBackend } from '../null-backend.js'
import { toChromeTrace } from './chrome-trace.js'
import { type ProfileEntry, profile } from './profile.js'
import { EVERY_KIND } from './testing/calls.js'

interface Trace {
  readonly displayTimeUnit: string
  readonly traceEvents: readonly {
    readonly ph: string
    readonly name: string
    readonly pid: number
    readonly tid: number
    readonly ts: number
    readonly dur: number
    readonly args: object
  }[]
}

function parse(text: string): Trace {
  return JSON.parse(text)
}

const entry: ProfileEntry = {
  label: 'say "x"',
  kind: 'map',
  shape: '4×8',
  expression: 'exp(in0)',
  start: 12.5,
  microseconds: 3,
  operations: 32,
  bytes: 256,
}

describe('toChromeTrace', () => {
  it('is an object with the names of process and thread and an event for each call', () => {
    const place = { pid: 1, tid: 1 }
    const text = toChromeTrace([entry, { ...entry, microseconds: 0 }], { name: 'mnist' })
    expect(JSON.parse(text)).toEqual({
      displayTimeUnit: 'ms',
      traceEvents: [
        { ph: 'M', name: 'process_name', ...place, args: { name: 'mnist' } },
        { ph: 'M', name: 'thread_name', ...place, args: { name: 'kernels' } },
        {
          ph: 'X',
          name: 'say "x"',
          cat: 'map',
          ts: 12.5,
          dur: 3,
          ...place,
          args: { kind: 'map', shape: '4×8', 'GFLOP/s': 0.011, 'GB/s': 0.085, expression: 'exp(in0)' },
        },
        {
          ph: 'X',
          name: 'say "x"',
          cat: 'map',
          ts: 12.5,
          dur: 0,
          ...place,
          args: { kind: 'map', shape: '4×8', expression: 'exp(in0)' },
        },
      ],
    })
  })

  it('is valid where nothing ran, under the usual name', () => {
    const { traceEvents } = parse(toChromeTrace([]))
    expect(traceEvents).toHaveLength(2)
    expect(traceEvents[0]?.args).toEqual({ name: 'nabla' })
  })

  it('has calls that follow each other on one thread, without overlapping', () => {
    const backend = profile(createNullBackend())
    for (let round = 0; round < 200; round++) for (const { call } of EVERY_KIND) backend.run(call)
    const calls = parse(toChromeTrace(backend.entries())).traceEvents.filter(({ ph }) => ph === 'X')
    expect(calls).toHaveLength(200 * EVERY_KIND.length)
    expect(new Set(calls.map(({ pid, tid }) => `${pid} ${tid}`)).size).toBe(1)
    const nanoseconds = (microseconds: number): number => Math.round(1000 * microseconds)
    let end = 0
    for (const { ts, dur } of calls) {
      expect(dur).toBeGreaterThanOrEqual(0)
      expect(nanoseconds(ts)).toBeGreaterThanOrEqual(end)
      end = nanoseconds(ts) + nanoseconds(dur)
    }
  })
})
