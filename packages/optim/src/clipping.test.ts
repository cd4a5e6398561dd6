/**
 * Clipping by value, by norm and by the norm over all gradients.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, tensor, Variable } from '@nabla/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ClippingOptions, globalNorm } from './clipping.js'
import { sgd } from './optimizers.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** What plain gradient descent with rate 1 takes off weights of 0: the clipped gradients. */
async function clipped(
  gradients: readonly (readonly number[])[],
  options: ClippingOptions,
): Promise<number[][]> {
  const variables = gradients.map(
    (gradient) =>
      new Variable(
        tensor(
          gradient.map(() => 0),
          { dtype: 'float64' },
        ),
      ),
  )
  const tensors = gradients.map((gradient) => tensor([...gradient], { dtype: 'float64' }))
  sgd({ learningRate: 1, ...options }).apply(tensors, variables)
  const results = await Promise.all(
    variables.map(async ({ value }) => [...(await value.data())].map((x) => -x)),
  )
  for (const each of [...variables, ...tensors]) each.dispose()
  return results
}

const norm = (values: readonly number[]): number => Math.hypot(...values)

function close(actual: readonly number[][], expected: readonly number[][]): void {
  expect(actual.flat().length).toBe(expected.flat().length)
  actual.flat().forEach((value, index) => {
    expect(value).toBeCloseTo(expected.flat()[index] as number, 12)
  })
}

describe('clipValue', () => {
  test('limits each element', async () => {
    close(await clipped([[-3, 0.25, 2], [0.5]], { clipValue: 0.5 }), [[-0.5, 0.25, 0.5], [0.5]])
  })
})

describe('clipNorm', () => {
  test('scales each gradient down to the norm, and none up', async () => {
    close(await clipped([[3, 4], [0.3, 0.4], [0]], { clipNorm: 1 }), [[0.6, 0.8], [0.3, 0.4], [0]])
  })
})

describe('globalClipNorm', () => {
  test('scales all gradients by one factor', async () => {
    close(await clipped([[3], [4, 0]], { globalClipNorm: 2.5 }), [[1.5], [2, 0]])
  })

  test('leaves smaller ones alone, exactly', async () => {
    expect(await clipped([[0.3], [-0.4, 0.1]], { globalClipNorm: 1 })).toEqual([[0.3], [-0.4, 0.1]])
  })

  test('leaves zeros alone', async () => {
    close(await clipped([[0, 0]], { globalClipNorm: 1 }), [[0, 0]])
  })
})

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true })
const gradientLists = fc.array(fc.array(finite, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 3,
})
const limits = fc.double({ min: 1e-3, max: 1e3, noNaN: true })

describe('laws', () => {
  test('no norm exceeds its limit and directions stay', async () => {
    await fc.assert(
      fc.asyncProperty(gradientLists, limits, async (gradients, limit) => {
        const together = await clipped(gradients, { globalClipNorm: limit })
        expect(norm(together.flat())).toBeLessThanOrEqual(limit * (1 + 1e-9))
        const factor = Math.min(1, limit / norm(gradients.flat()))
        if (Number.isFinite(factor))
          close(
            together,
            gradients.map((each) => each.map((value) => value * factor)),
          )
        for (const each of await clipped(gradients, { clipNorm: limit })) {
          expect(norm(each)).toBeLessThanOrEqual(limit * (1 + 1e-9))
        }
      }),
      { numRuns: 25 },
    )
  })
})

test('globalNorm is the norm over all elements, and leaves nothing behind', async () => {
  const gradients = [tensor([3, 0]), tensor([[4]])]
  const before = memory().tensors
  const result = globalNorm(gradients)
  expect([...(await result.data())]).toEqual([5])
  result.dispose()
  expect(memory().tensors).toBe(before)
})

test('a step with clipping by norm leaves nothing behind', () => {
  const variable = new Variable(tensor([1, 2]))
  const optimizer = sgd({ learningRate: 0.1, globalClipNorm: 1 })
  const gradient = tensor([3, 4])
  const before = memory().tensors
  optimizer.apply([gradient], [variable])
  expect(memory().tensors).toBe(before)
})

describe('messages', () => {
  const step = (options: ClippingOptions) => () =>
    sgd(options).apply([tensor([1])], [new Variable(tensor([1]))])

  test('two ways of clipping at once', () => {
    expect(step({ clipValue: 1, globalClipNorm: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: optimizer: expected at most one of clipValue, clipNorm and globalClipNorm, greater than 0; received clipValue: 1, globalClipNorm: 2. Fix: choose one of them; globalClipNorm is the usual choice.]`,
    )
  })

  test('a limit that is not positive', () => {
    expect(step({ clipNorm: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: optimizer: expected at most one of clipValue, clipNorm and globalClipNorm, greater than 0; received clipNorm: -1. Fix: choose one of them; globalClipNorm is the usual choice.]`,
    )
  })
})
