import { describe, expect, it } from 'vitest'
import type { Backend } from '../backend.js'
import type { TypedArray } from '../dtype.js'
import { ValueError } from '../errors.js'
import { input } from '../expr/node.js'
import type { KernelCall } from '../kernel.js'
import { createNullBackend } from '../null-backend.js'
import { type Buffer, rowMajorLayout } from '../view.js'
import { checked } from './checked.js'

/** A null backend whose buffers hold what was written, and whose calls write what they are told. */
function scripted(result: readonly number[]): Backend {
  const contents = new Map<Buffer, TypedArray>()
  return {
    ...createNullBackend(),
    write: (buffer, data) => void contents.set(buffer, data),
    readSync: (buffer) => contents.get(buffer) ?? new Float32Array(buffer.length),
    run: (call) => {
      if (call.kind === 'map') contents.set(call.outputs[0]?.buffer as Buffer, Float32Array.from(result))
    },
  }
}

function run(backend: Backend, data: readonly number[]): void {
  const x = { buffer: backend.allocate('float32', 3), dtype: 'float32' as const, ...rowMajorLayout([3]) }
  const y = { ...x, buffer: backend.allocate('float32', 3) }
  backend.write(x.buffer, Float32Array.from(data))
  const call: KernelCall = {
    kind: 'map',
    label: 'log',
    shape: [3],
    expressions: [input(0, 'float32')],
    inputs: [x],
    scalars: [],
    outputs: [y],
  }
  backend.run(call)
}

describe('checked', () => {
  it('lets finite results pass', () => {
    expect(() => run(checked(scripted([1, 2, 3])), [1, 2, 3])).not.toThrow()
  })

  it('names the operation that made the first NaN', () => {
    expect(() => run(checked(scripted([1, Number.NaN, 3])), [1, 2, 3])).toThrow(ValueError)
    expect(() => run(checked(scripted([1, Number.NaN, 3])), [1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: log: expected finite results; received NaN at element 1 of the result [3], from finite inputs: this operation made it. Fix: look for a logarithm or division of zero, a square root of a negative number, an overflow, or too large a learning rate.]`,
    )
  })

  it('says when the inputs were bad already', () => {
    expect(() => run(checked(scripted([Infinity, 0, 0])), [1, 2, Infinity])).toThrow(
      /inputs that were not finite already/,
    )
  })

  it('looks only at what the view shows', () => {
    const backend = checked(scripted([1, Number.NaN, 3]))
    const buffer = backend.allocate('float32', 3)
    const view = { buffer, dtype: 'float32' as const, shape: [2], strides: [2], offset: 0 }
    const call: KernelCall = {
      kind: 'map',
      label: 'copy',
      shape: [2],
      expressions: [input(0, 'float32')],
      inputs: [],
      scalars: [],
      outputs: [view],
    }
    expect(() => backend.run(call)).not.toThrow()
  })

  it('needs a backend that reads at once', () => {
    const { readSync: _, ...backend } = createNullBackend()
    expect(() => checked(backend)).toThrow(/checked: expected a backend that can read at once/)
  })
})
