/**
 * What softmax and its logarithm share where a backend claims neither.
 */
import { createNullBackend, formatExpr, type KernelCall } from '@nabla/backend'
import { beforeAll, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { tensorFrom } from '../ops/creation/tensor.js'
import { composite } from './composite.js'

const backend = createNullBackend()
beforeAll(() => setDefaultBackend(backend))

/** A call as text, without its label and the buffer that it writes. */
function shown(call: KernelCall): string {
  if (call.kind === 'reduce')
    return `${call.operation} ${formatExpr(call.expression)} over ${call.axes.join()}`
  return call.kind === 'map' ? call.expressions.map(formatExpr).join() : call.kind
}

test('softmax and logSoftmax begin with the same two calls', () => {
  const x = tensorFrom([1, 2, 3, 4], [2, 2])
  const callsOf = (name: 'softmax' | 'logSoftmax'): readonly KernelCall[] => {
    backend.resetCounts()
    composite(name, x, 1)
    return backend.calls()
  }
  const [plain, logarithm] = [callsOf('softmax'), callsOf('logSoftmax')]
  expect(plain.map(shown)).toMatchInlineSnapshot(`
    [
      "maximum in0 over 1",
      "sum exp(subtract(in0, in1)) over 1",
      "divide(exp(subtract(in0, in1)), in2)",
    ]
  `)
  expect(logarithm.map(shown)).toMatchInlineSnapshot(`
    [
      "maximum in0 over 1",
      "sum exp(subtract(in0, in1)) over 1",
      "subtract(subtract(in0, in1), log(in2))",
    ]
  `)
  expect(logarithm.slice(0, 2).map(shown)).toEqual(plain.slice(0, 2).map(shown))
})
