/**
 * The cross-entropy with class numbers, each way that it is computed: by the kernels that a backend has for softmax, and
 * by its own passes; with class numbers that can be looked at, and without.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  type Backend,
  checkGradients,
  grad,
  memory,
  setDefaultBackend,
  type Tensor,
  tensor,
  tensorFrom,
} from '@nabla/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lacking } from '../testing/backends.js'
import { sparseCategoricalCrossEntropy } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const WAYS: [string, () => Backend][] = [
  ['composites', () => createCpuBackend()],
  ['passes', () => lacking({ composites: false })],
  ['composites, unseen', () => lacking({ synchronousRead: false })],
  ['few calls', () => lacking({ callsAreCostly: true })],
  ['few calls, unseen', () => lacking({ callsAreCostly: true, synchronousRead: false })],
  ['passes, unseen', () => lacking({ synchronousRead: false, composites: false })],
]

const LOGITS = [
  [2, -1, 0.5, 0],
  [-3, 0, 1, 0.25],
  [0.1, 0.2, 0.3, -0.4],
]
const fromLogits = { fromLogits: true }
const loss = (x: Tensor, classes: Tensor): Tensor => sparseCategoricalCrossEntropy(x, classes, fromLogits)

function definition(logits: readonly (readonly number[])[], classes: readonly number[]): number {
  const each = logits.map((row, sample) => {
    const largest = Math.max(...row)
    const total = row.reduce((sum, z) => sum + Math.exp(z - largest), 0)
    return Math.log(total) - ((row[classes[sample] ?? 0] ?? Number.NaN) - largest)
  })
  return each.reduce((sum, x) => sum + x, 0) / each.length
}

describe.each(WAYS)('%s', (name, make) => {
  const unseen = name.endsWith('unseen')
  beforeEach(() => setDefaultBackend(make()))

  const rows = (
    values: readonly (readonly number[])[],
    dtype: 'float32' | 'float64' | 'float16' = 'float64',
  ) =>
    tensor(
      values.map((row) => [...row]),
      { dtype },
    )

  async function valueAndSlopes(logits: Tensor, classes: Tensor): Promise<[number, number[]]> {
    const [value = Number.NaN] = await loss(logits, classes).data()
    return [value, [...(await grad((x: Tensor) => loss(x, classes))(logits).data())]]
  }

  test('the definition, also with positions in a batch and a last axis of 1', async () => {
    const classes = [3, 0, 2]
    const expected = definition(LOGITS, classes)
    for (const targets of [tensor(classes, { dtype: 'uint8' }), tensor(classes.map((each) => [each]))]) {
      const [value, slopes] = await valueAndSlopes(rows(LOGITS), targets)
      expect(value).toBeCloseTo(expected, 12)
      slopes.forEach((slope, position) => {
        const [sample, column] = [Math.floor(position / 4), position % 4]
        const row = LOGITS[sample] ?? []
        const probability = Math.exp(row[column] ?? 0) / row.reduce((sum, z) => sum + Math.exp(z), 0)
        expect(slope).toBeCloseTo((probability - (column === classes[sample] ? 1 : 0)) / 3, 12)
      })
    }
    const three = rows(LOGITS).reshape([3, 1, 4])
    expect((await loss(three, tensor([[3], [0], [2]])).data())[0]).toBeCloseTo(expected, 12)
  })

  test('gradients of both orders', async () => {
    const classes = tensor([3, 0, 2], { dtype: 'int32' })
    await checkGradients((x) => loss(x, classes).mul(2), [rows(LOGITS)], { order: 2 })
    const parts = rows([
      [0.7, 0.2, 0.4],
      [0.1, 0.3, 0.9],
    ])
    const two = tensor([2, 0], { dtype: 'int32' })
    await checkGradients((p) => sparseCategoricalCrossEntropy(p, two).square(), [parts], { order: 2 })
  })

  test('extreme logits', async () => {
    const extreme = [
      [1e4, -1e4, 0],
      [-1e4, 1e4, 1e4 - 1],
      [-1e4, -1e4, -1e4],
    ]
    const classes = [1, 2, 0]
    for (const dtype of ['float32', 'float64'] as const) {
      const [value, slopes] = await valueAndSlopes(rows(extreme, dtype), tensor(classes))
      expect(value / definition(extreme, classes)).toBeCloseTo(1, 6)
      expect(slopes.every(Number.isFinite)).toBe(true)
    }
    // A loss near zero is not drowned by the size of the logits.
    const near = await valueAndSlopes(rows([[1e4, 1e4 - 2]], 'float32'), tensor([0]))
    expect(near[0]).toBeCloseTo(Math.log1p(Math.exp(-2)), 6)
  })

  test('infinite logits and NaN', async () => {
    const impossible = await valueAndSlopes(rows([[0, -Infinity, 0]]), tensor([0]))
    expect(impossible[0]).toBeCloseTo(Math.log(2), 12)
    expect(impossible[1]).toEqual([-0.5, 0, 0.5])
    const wrong = await valueAndSlopes(rows([[0, -Infinity, 0]]), tensor([1]))
    expect(wrong).toEqual([Infinity, [0.5, -1, 0.5]])
    for (const bad of [Infinity, Number.NaN]) {
      const [value, slopes] = await valueAndSlopes(rows([[0, bad, 0]]), tensor([0]))
      expect([value, ...slopes]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    }
  })

  test('float16 is summed in float32', async () => {
    const many = tensorFrom(new Float32Array(3000 * 2).fill(1), [3000, 2]).cast('float16')
    const result = loss(many, tensorFrom(new Int32Array(3000), [3000]))
    expect(result.dtype).toBe('float16')
    expect((await result.data())[0]).toBeCloseTo(Math.LN2, 3)
  })

  test.each([3, -1, 4])('a class that does not exist: %d', async (outside) => {
    const x = rows([
      [1, 2, 3],
      [0, 0.5, 0],
    ])
    const classes = tensor([outside, 1], { dtype: 'int32' })
    for (const options of [fromLogits, {}]) {
      const run = () => sparseCategoricalCrossEntropy(x, classes, options)
      if (unseen) expect((await run().data())[0]).toBeNaN()
      else {
        expect(run).toThrow(
          `sparseCategoricalCrossEntropy: expected indices from 0 to 2 for axis 1 of length 3; received index ${outside}.`,
        )
      }
    }
    if (!unseen) return
    const [, slopes] = await valueAndSlopes(x, classes)
    expect(slopes.slice(0, 3).some(Number.isNaN)).toBe(true)
    expect(slopes.slice(3).every(Number.isFinite)).toBe(true)
  })

  test('leaves nothing behind', async () => {
    const [x, classes] = [rows(LOGITS), tensor([3, 0, 2])]
    const before = memory().tensors
    loss(x, classes).dispose()
    grad((each: Tensor) => loss(each, classes))(x).dispose()
    expect(memory().tensors).toBe(before)
  })
})
