/**
 * The `trace` decorator: calls become those of a program over slots, nothing is computed, and nothing can be read.
 */
import { describe, expect, it } from 'vitest'
import { expressions as e } from '../expr/expressions.js'
import { input, scalar } from '../expr/node.js'
import type { MapCall } from '../kernel.js'
import { createNullBackend } from '../null-backend.js'
import type { ProgramScalar } from '../program.js'
import { type Buffer, rowMajorLayout } from '../view.js'
import { readingWhileTracing, TracingError, trace, withScalars } from './trace.js'

const view = (buffer: Buffer, offset = 0) => ({
  buffer,
  dtype: buffer.dtype,
  ...rowMajorLayout([buffer.length - offset]),
  offset,
})

function map(
  from: Buffer,
  to: Buffer,
  scalars: readonly ProgramScalar[] = [],
): MapCall<Buffer, ProgramScalar> {
  const x = input(0, 'float32')
  return {
    kind: 'map',
    label: 'map',
    shape: [to.length],
    expressions: [scalars.length > 0 ? e.multiply(x, scalar(0, 'float32')) : e.exp(x)],
    inputs: [view(from)],
    scalars,
    outputs: [view(to)],
  }
}

describe('a trace', () => {
  it('allocates and runs nothing on its backend', () => {
    const inner = createNullBackend()
    const traced = trace(inner)
    const [a, b] = [traced.allocate('float32', 4), traced.allocate('float32', 4)]
    traced.write(a, new Float32Array(4))
    traced.run(map(a, b))
    traced.release()
    expect(inner.calls()).toEqual([])
    expect(inner.memory().buffers).toBe(0)
    expect([traced.name, traced.capabilities.dtypes]).toEqual([inner.name, inner.capabilities.dtypes])
    expect(traced.capabilities.synchronousRead).toBe(false)
  })

  it('numbers its own buffers, and those of the backend when a call first uses them', () => {
    const inner = createNullBackend()
    const traced = trace(inner)
    const outside = inner.allocate('float32', 4)
    const [first, second] = [traced.allocate('float32', 4), traced.allocate('float32', 4)]
    traced.run(map(first, second))
    traced.run(map(outside, first))
    traced.run(map(outside, second))
    const { slots, calls, buffers } = traced.recording()
    expect(slots).toEqual([0, 1, 2].map(() => ({ dtype: 'float32', length: 4 })))
    expect(calls.map(({ call }) => (call.kind === 'map' ? call.inputs[0]?.buffer : undefined))).toEqual([
      0, 2, 2,
    ])
    expect([...buffers]).toEqual([[2, outside]])
    expect(traced.slotOf(outside)).toBe(2)
  })

  it('keeps scalars that come later, layouts, and the rehearsal that a call belongs to', () => {
    const traced = trace(createNullBackend())
    const [a, b] = [traced.allocate('float32', 4), traced.allocate('float32', 3)]
    const recorded = { ...map(a, b, [{ slot: 5 }]), inputs: [view(a, 1)] }
    traced.run(recorded)
    traced.segment = 2
    traced.run(map(a, b, [3]))
    const [first, second] = traced.recording().calls
    expect(first).toMatchObject({
      segment: 0,
      call: { scalars: [{ slot: 5 }], inputs: [{ buffer: 0, offset: 1 }] },
    })
    expect(second).toMatchObject({ segment: 2, call: { scalars: [3] } })
    const call = first?.call
    expect(call && withScalars(call, [0, 0, 0, 0, 0, 7])).toMatchObject({ scalars: [7] })
    expect(call && withScalars(call, [])).toMatchObject({ scalars: [Number.NaN] })
  })

  it('keeps a copy of host data', () => {
    const traced = trace(createNullBackend())
    const data = new Float32Array([1, 2])
    const buffer = traced.allocate('float32', 2)
    traced.write(buffer, data)
    data.fill(9)
    expect(traced.recording().uploads.get(traced.slotOf(buffer))).toEqual(new Float32Array([1, 2]))
  })

  it('can be traced itself', () => {
    const outer = trace(createNullBackend())
    const inner = trace(outer)
    const buffer = outer.allocate('float32', 2)
    // A buffer of an open trace keeps its number.
    expect(inner.slotOf(buffer)).toBe(outer.slotOf(buffer))
  })
})

describe('what can not be done', () => {
  it('reading, at once or later', async () => {
    const traced = trace(createNullBackend())
    await expect(traced.read()).rejects.toThrow(TracingError)
    expect(() => traced.readSync()).toThrow(TracingError)
    expect(readingWhileTracing('item').message).toMatchInlineSnapshot(
      `"item: expected no reading of values while a function is traced: they exist only when the captured program runs; received a read of a tensor inside a function given to jit. Fix: return the tensor and read it outside, use where(condition, a, b) instead of an if over values, or leave the function without jit (for models: compile({ …, jit: false }))."`,
    )
  })

  it('anything once it is over: with its own buffers, also in another trace', async () => {
    const traced = trace(createNullBackend())
    const buffer = traced.allocate('float32', 2)
    const other = trace(createNullBackend())
    traced.close()
    for (const use of [
      () => traced.allocate('float32', 1),
      () => traced.write(buffer, new Float32Array(2)),
      () => traced.run(map(buffer, buffer)),
      () => traced.readSync(),
      () => other.run(map(buffer, other.allocate('float32', 2))),
    ]) {
      expect(use).toThrow(/made while a function was traced by jit, which has none/)
    }
    await expect(traced.read()).rejects.toThrow(/which has none/)
    await traced.synchronize()
    expect(traced.memory().buffers).toBe(0)
  })

  it('disposing the backend', async () => {
    await expect(trace(createNullBackend()).dispose()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BackendError: dispose: expected no disposal of a backend while a function is traced on it; received dispose(). Fix: dispose it outside of the function.]`,
    )
  })
})
