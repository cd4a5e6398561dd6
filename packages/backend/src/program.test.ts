import { describe, expect, it } from 'vitest'
import { expressions as e } from './expr/expressions.js'
import { input } from './expr/node.js'
import type { MapCall } from './kernel.js'
import { createNullBackend } from './null-backend.js'
import type { Program } from './program.js'
import { replayProgram } from './replay.js'
import { type Buffer, rowMajorLayout } from './view.js'

const view = (buffer: number) => ({ buffer, dtype: 'float32' as const, ...rowMajorLayout([4]) })
const whole = (buffer: Buffer) => ({ buffer, offset: 0 })
const x = input(0, 'float32')

function map(label: string, from: number, to: number): MapCall<number> {
  return {
    kind: 'map',
    label,
    shape: [4],
    expressions: [e.exp(x)],
    inputs: [view(from)],
    scalars: [],
    outputs: [view(to)],
  }
}

/** Slot 0 to slot 2 through the temporary slot 1. */
const program: Program = {
  slots: [0, 1, 2].map(() => ({ dtype: 'float32', length: 4 })),
  external: [2, 0],
  scalars: 0,
  calls: [map('first', 0, 1), map('second', 1, 2)],
}

describe('replayProgram', () => {
  it('allocates the temporaries once and frees them in the end', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    expect(backend.memory()).toMatchObject({ buffers: 1, bytes: 16 })
    const [a, b] = [backend.allocate('float32', 4), backend.allocate('float32', 4)]
    executable.run([whole(b), whole(a)], [])
    executable.run([whole(a), whole(b)], [])
    expect(backend.memory().buffers).toBe(3)
    executable.dispose()
    expect(backend.memory().buffers).toBe(2)
  })

  it('binds buffers in the order of `external`, anew at every run', () => {
    const backend = createNullBackend()
    const executable = replayProgram(backend, program)
    const [a, b] = [backend.allocate('float32', 4), backend.allocate('float32', 4)]
    executable.run([whole(b), whole(a)], [])
    executable.run([whole(a), whole(b)], [])
    const [first, second, third, fourth] = backend.calls() as MapCall[]
    expect(first?.inputs[0]?.buffer).toBe(a)
    expect(second?.outputs[0]?.buffer).toBe(b)
    expect(third?.inputs[0]?.buffer).toBe(b)
    expect(fourth?.outputs[0]?.buffer).toBe(a)
    expect(first?.outputs[0]?.buffer).toBe(second?.inputs[0]?.buffer)
  })

  it('a slot that nobody bound is an error naming it', () => {
    const executable = replayProgram(createNullBackend(), program)
    expect(() => executable.run([], [])).toThrow(/slot 0 is not bound/)
  })
})
