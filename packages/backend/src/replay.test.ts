/**
 * Replaying: bindings from an element on, numbers given at each run, and what is kept of a call between runs.
 */
import { describe, expect, it } from 'vitest'
import { decorate } from './decorators/decorate.js'
import { expressions as e } from './expr/expressions.js'
import { input, scalar } from './expr/node.js'
import type { KernelCall, MapCall } from './kernel.js'
import { createNullBackend } from './null-backend.js'
import type { Program, ProgramScalar } from './program.js'
import { replayProgram } from './replay.js'
import { type Buffer, rowMajorLayout } from './view.js'

const x = input(0, 'float32')
const view = (buffer: number, offset = 0) => ({
  buffer,
  dtype: 'float32' as const,
  ...rowMajorLayout([4]),
  offset,
})

function map(
  from: number,
  to: number,
  scalars: readonly ProgramScalar[] = [],
  offset = 0,
): MapCall<number, ProgramScalar> {
  return {
    kind: 'map',
    label: `${from} to ${to}`,
    shape: [4],
    expressions: [scalars.length > 0 ? e.multiply(x, scalar(0, 'float32')) : e.exp(x)],
    inputs: [view(from, offset)],
    scalars,
    outputs: [view(to)],
  }
}

/** Slot 0 by way of slot 2 to slot 1, and slot 0 again to slot 3. */
const program: Program = {
  slots: [8, 4, 4, 4].map((length) => ({ dtype: 'float32', length })),
  external: [0, 1, 3],
  scalars: 2,
  calls: [map(0, 2, [{ slot: 1 }], 3), map(2, 1, [{ slot: 0 }]), map(0, 3)],
}

const mapsOf = (calls: readonly KernelCall[]): MapCall[] =>
  calls.filter((call): call is MapCall => call.kind === 'map')

describe('replayProgram', () => {
  it('adds the offset of a binding to that of the view', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    const [a, b, c] = [64, 64, 64].map((length) => backend.allocate('float32', length)) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    for (const [first, second] of [
      [0, 0],
      [5, 7],
      [5, 8],
    ] as const) {
      executable.run(
        [a, b, c].map((buffer, i) => ({ buffer, offset: i === 0 ? first : second })),
        [1, 2],
      )
      const [toTemporary, toResult, other] = mapsOf(backend.calls()).slice(-3) as [MapCall, MapCall, MapCall]
      expect(toTemporary.inputs[0]).toMatchObject({ buffer: a, offset: first + 3 })
      expect(toResult.outputs[0]).toMatchObject({ buffer: b, offset: second })
      expect(toResult.inputs[0]?.offset).toBe(toTemporary.outputs[0]?.offset)
      expect(other.inputs[0]?.offset).toBe(first)
      expect(other.outputs[0]).toMatchObject({ buffer: c, offset: second })
    }
  })

  it('puts in the numbers of each run, and keeps calls that have none', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    const bindings = [64, 64, 64].map((length) => ({
      buffer: backend.allocate('float32', length),
      offset: 0,
    }))
    executable.run(bindings, [10, 20])
    executable.run(bindings, [11, 21])
    const calls = mapsOf(backend.calls())
    expect(calls.map(({ scalars }) => scalars)).toEqual([[20], [10], [], [21], [11], []])
    expect(calls[5]).toBe(calls[2])
    expect(calls[3]).not.toBe(calls[0])
  })

  it('a number that was not given is an error naming it', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    const bindings = [64, 64, 64].map((length) => ({
      buffer: backend.allocate('float32', length),
      offset: 0,
    }))
    expect(() => executable.run(bindings, [10])).toThrow(/scalar 1 was not given/)
  })

  it('forgets no new binding when a call fails', () => {
    const inner = createNullBackend()
    let fails = false
    const backend = decorate(inner, {
      run: (call) => {
        if (fails && call.label === '2 to 1') throw new RangeError('not now')
        inner.run(call)
      },
    })
    const executable = replayProgram(backend, program)
    const bind = (): { buffer: Buffer; offset: number }[] =>
      program.external.map(() => ({ buffer: inner.allocate('float32', 64), offset: 0 }))
    executable.run(bind(), [1, 2])
    fails = true
    const bindings = bind()
    expect(() => executable.run(bindings, [1, 2])).toThrow('not now')
    fails = false
    executable.run(bindings, [1, 2])
    const last = mapsOf(inner.calls()).at(-1)
    expect(last?.inputs[0]?.buffer).toBe(bindings[0]?.buffer)
    expect(last?.outputs[0]?.buffer).toBe(bindings[2]?.buffer)
  })

  it('says how much memory the temporaries take, and frees it', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    expect(executable.temporaryBytes).toBe(16)
    expect(backend.memory().bytes).toBe(16)
    executable.dispose()
    expect(backend.memory().bytes).toBe(0)
  })
})
