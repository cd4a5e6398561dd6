/**
 * The sums behind metrics: the same variables from batch to batch and from pass to pass, and how many kernels a batch
 * takes.
 */
import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, type Tensor, tensor, zeros } from '@nabla/core'
import { beforeEach, expect, test } from 'vitest'
import { type MetricName, metricFrom, RunningSums } from './index.js'

beforeEach(() => setDefaultBackend(createCpuBackend()))

/** The sums on the host. */
async function valuesOf(sums: RunningSums): Promise<number[][]> {
  const copies: Tensor[] = []
  sums
    .read((...all) => {
      copies.push(...all.map((each) => each.mul(1).keep()))
      return zeros([])
    })
    ?.dispose()
  const values = await Promise.all(copies.map(async (each) => Array.from(await each.data(), Number)))
  for (const each of copies) each.dispose()
  return values
}

test('reset sets to zero and makes nothing new', async () => {
  const sums = new RunningSums('sums', 2)
  const before = memory().tensors
  sums.reset()
  expect(sums.read((a) => a)).toBeUndefined()
  sums.add([tensor(2), 3])
  sums.add([tensor(5), 1])
  expect(await valuesOf(sums)).toEqual([[7], [4]])
  const held = memory()
  for (let pass = 0; pass < 3; pass++) {
    sums.reset()
    expect(await valuesOf(sums)).toEqual([[0], [0]])
    sums.add([tensor(1), 1])
    expect(memory()).toMatchObject({ tensors: held.tensors, bytes: held.bytes })
  }
  sums.dispose()
  expect(memory().tensors).toBe(before)
  sums.add([tensor(1), 1])
  expect(await valuesOf(sums)).toEqual([[1], [1]])
  sums.dispose()
})

test('after a reset another shape or backend may come, before it not', async () => {
  const sums = new RunningSums('sums', 1)
  const before = memory().tensors
  sums.add([tensor([1, 2])])
  const wrong = tensor([1, 2, 3])
  expect(() => sums.add([wrong])).toThrow()
  wrong.dispose()
  sums.reset()
  sums.add([tensor([1, 2, 3])])
  expect(await valuesOf(sums)).toEqual([[1, 2, 3]])
  sums.reset()
  const other = createCpuBackend()
  sums.add([tensor([4, 5, 6], { backend: other })])
  expect(await valuesOf(sums)).toEqual([[4, 5, 6]])
  sums.dispose()
  expect(memory().tensors).toBe(before)
})

test('kernels of a batch', () => {
  const backend = createNullBackend()
  setDefaultBackend(backend)
  const names: MetricName[] = [
    'sparseCategoricalAccuracy',
    'categoricalAccuracy',
    'binaryAccuracy',
    'topKAccuracy',
    'precision',
    'meanSquaredError',
  ]
  const counts = names.map((name) => {
    const metric = metricFrom(name)
    const isSparse = name === 'sparseCategoricalAccuracy' || name === 'topKAccuracy'
    const targets: Tensor = isSparse ? zeros([8], { dtype: 'uint8' }) : zeros([8, 5])
    const predictions = zeros([8, 5])
    metric.update(predictions, targets)
    backend.resetCounts()
    metric.update(predictions, targets)
    return [name, backend.calls().map(({ kind }) => kind)] as const
  })
  expect(Object.fromEntries(counts.map(([name, kinds]) => [name, kinds.join(', ')]))).toMatchInlineSnapshot(`
    {
      "binaryAccuracy": "reduce, map, map",
      "categoricalAccuracy": "reduce, reduce, reduce, map, map",
      "meanSquaredError": "reduce, map, map",
      "precision": "reduce, reduce, reduce, map, map, map",
      "sparseCategoricalAccuracy": "reduce, reduce, map, map",
      "topKAccuracy": "reduce, reduce, reduce, map, map",
    }
  `)
})
