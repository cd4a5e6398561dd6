/**
 * What a training step costs as a captured program, on the backend that counts: kernels, allocations, bytes. These are
 * the steps of the two networks of apps/mnist with Adam.
 */
import { createNullBackend, type KernelCall, type NullBackend } from '@nabla/backend'
import {
  jit,
  programFacts,
  setDefaultBackend,
  type Tensor,
  tensorFrom,
  variableGradients,
  zeros,
} from '@nabla/core'
import { adam } from '@nabla/optim'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { layers, type Sequential, sequential, sparseCategoricalCrossEntropy } from '../index.js'

const { conv2d, dense, flatten, maxPooling2d } = layers

let backend: NullBackend
beforeEach(() => {
  backend = createNullBackend()
  setDefaultBackend(backend)
})
afterAll(() => setDefaultBackend(createNullBackend()))

const mlp = () => sequential([dense(512, { activation: 'relu' }), dense(10)], { inputShape: [784] })

const cnn = () =>
  sequential(
    [
      conv2d(32, 3, { activation: 'relu' }),
      maxPooling2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      maxPooling2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      flatten(),
      dense(64, { activation: 'relu' }),
      dense(10),
    ],
    { inputShape: [28, 28, 1] },
  )

interface Cost {
  readonly kernels: number
  readonly byKind: Readonly<Record<string, number>>
  readonly allocations: number
  readonly arenaBytes: number
  /** Bytes in use after the step: weights, state of the optimizer, arena, batch and loss. */
  readonly bytes: number
}

const kinds = (calls: readonly KernelCall[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { kind } of calls) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** The cost of one step after `warm` others, whose loss is read and freed as a loop does. */
async function costOf(model: Sequential, batch: number, inputShape: readonly number[]): Promise<Cost> {
  const optimizer = adam({ learningRate: 0.001 })
  const variables = model.trainableVariables
  const inputs = zeros([batch, ...inputShape])
  const targets = tensorFrom(new Int32Array(batch), [batch])
  const step = jit((x: Tensor, y: Tensor): Tensor => {
    const { value, gradients } = variableGradients(
      () => sparseCategoricalCrossEntropy(model.call(x, { training: true }), y, { fromLogits: true }),
      variables,
    )
    optimizer.apply(gradients, variables)
    return value
  })
  for (let warm = 0; warm < 2; warm++) await step(inputs, targets).item()
  backend.resetCounts()
  await step(inputs, targets).item()
  return {
    kernels: backend.counts().total,
    byKind: kinds(backend.calls()),
    allocations: backend.allocations(),
    arenaBytes: programFacts(step)[0]?.arenaBytes ?? Number.NaN,
    bytes: backend.memory().bytes,
  }
}

describe('a captured step with Adam', () => {
  test('of the MLP 784-512-10, batch 128', async () => {
    expect(await costOf(mlp(), 128, [784])).toMatchInlineSnapshot(`
      {
        "allocations": 0,
        "arenaBytes": 2157824,
        "byKind": {
          "contract": 5,
          "map": 2,
          "reduce": 5,
        },
        "bytes": 7444348,
        "kernels": 12,
      }
    `)
  })

  test('of the CNN, batch 64', async () => {
    expect(await costOf(cnn(), 64, [28, 28, 1])).toMatchInlineSnapshot(`
      {
        "allocations": 0,
        "arenaBytes": 14348840,
        "byKind": {
          "contract": 14,
          "map": 8,
          "pool": 4,
          "reduce": 8,
        },
        "bytes": 15669668,
        "kernels": 34,
      }
    `)
  })

  test('of fit costs a few kernels more, for the loss and the accuracy, and allocates only its batch', async () => {
    const model = mlp().compile({
      optimizer: adam({ learningRate: 0.001 }),
      loss: 'sparseCategoricalCrossEntropyFromLogits',
      metrics: ['accuracy'],
    })
    const batch = { inputs: zeros([128, 784]), targets: tensorFrom(new Int32Array(128), [128]) }
    for (let warm = 0; warm < 2; warm++) model.trainer.trainStep(batch)
    backend.resetCounts()
    model.trainer.trainStep(batch)
    expect({
      kernels: backend.counts().total,
      byKind: kinds(backend.calls()),
      allocations: backend.allocations(),
    }).toMatchInlineSnapshot(`
      {
        "allocations": 0,
        "byKind": {
          "contract": 5,
          "map": 4,
          "reduce": 7,
        },
        "kernels": 16,
      }
    `)
  })
})
