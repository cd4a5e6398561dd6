/**
 * How many kernels each loss takes where a backend claims no composites: forward, and forward with backward. One of the
 * latter is always the cotangent of the loss, a 1.
 */
import { createNullBackend, type KernelCall } from '@nabla/backend'
import { setDefaultBackend, type Tensor, Variable, variableGradients, zeros } from '@nabla/core'
import { beforeAll, expect, test } from 'vitest'
import { type LossName, lossFrom } from './index.js'

const backend = createNullBackend()
beforeAll(() => setDefaultBackend(backend))

const NAMES: Record<LossName, true> = {
  meanSquaredError: true,
  meanAbsoluteError: true,
  huber: true,
  hinge: true,
  categoricalHinge: true,
  binaryCrossEntropy: true,
  binaryCrossEntropyFromLogits: true,
  categoricalCrossEntropy: true,
  categoricalCrossEntropyFromLogits: true,
  sparseCategoricalCrossEntropy: true,
  sparseCategoricalCrossEntropyFromLogits: true,
  klDivergence: true,
}

function countsOf(name: LossName): string {
  const predictions = new Variable(zeros([8, 5]))
  const targets: Tensor = name.startsWith('sparse') ? zeros([8], { dtype: 'int32' }) : zeros([8, 5])
  const run = () => lossFrom(name)(predictions.value, targets)
  const count = (what: () => unknown): number => {
    backend.resetCounts()
    what()
    return backend.counts().total
  }
  return `${count(run)} forward, ${count(() => variableGradients(run, [predictions]))} with backward`
}

test('kernels of each loss', () => {
  const names = Object.keys(NAMES) as LossName[]
  expect(Object.fromEntries(names.map((name) => [name, countsOf(name)]))).toMatchInlineSnapshot(`
    {
      "binaryCrossEntropy": "1 forward, 3 with backward",
      "binaryCrossEntropyFromLogits": "1 forward, 3 with backward",
      "categoricalCrossEntropy": "2 forward, 7 with backward",
      "categoricalCrossEntropyFromLogits": "4 forward, 8 with backward",
      "categoricalHinge": "4 forward, 13 with backward",
      "hinge": "1 forward, 3 with backward",
      "huber": "1 forward, 3 with backward",
      "klDivergence": "1 forward, 3 with backward",
      "meanAbsoluteError": "1 forward, 3 with backward",
      "meanSquaredError": "1 forward, 3 with backward",
      "sparseCategoricalCrossEntropy": "3 forward, 8 with backward",
      "sparseCategoricalCrossEntropyFromLogits": "3 forward, 5 with backward",
    }
  `)
})

test('the sparse cross-entropy begins with the calls that softmax begins with', () => {
  const x = zeros([4, 3])
  const callsOf = (run: () => unknown): KernelCall[] => {
    backend.resetCounts()
    run()
    return backend.calls().flatMap((call) => (call.kind === 'reduce' ? [call] : []))
  }
  const shared = (call: KernelCall | undefined) =>
    call?.kind === 'reduce' && [call.operation, call.axes, call.expression, call.shape]
  const ofLoss = callsOf(() =>
    lossFrom('sparseCategoricalCrossEntropyFromLogits')(x, zeros([4], { dtype: 'int32' })),
  )
  const ofSoftmax = callsOf(() => x.softmax())
  expect(ofSoftmax.length).toBe(2)
  expect(ofLoss.slice(0, 2).map(shared)).toEqual(ofSoftmax.map(shared))
})
