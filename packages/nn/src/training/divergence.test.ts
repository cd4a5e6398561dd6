/**
 * A loss that is no number: training stops before it reaches the weights, and says where it came from.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, setSeed, sqrt, type Tensor, tensor } from '@nabla/core'
import { sgd } from '@nabla/optim'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { activation, batchNormalization, dense, dropout } from '../layers/index.js'
import { sparseCategoricalCrossEntropy } from '../losses/index.js'
import { type Sequential, sequential } from '../models/sequential.js'
import { lacking } from '../testing/backends.js'
import { diagnose } from './diagnosis.js'
import { failure, QUIET, weightsIn } from './testing/sectors.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

function withLoss(loss: (predictions: Tensor) => Tensor, learningRate = 0.1): Sequential {
  const model = sequential([dense(1, { kernelInitializer: 'ones' })], { inputShape: [1] })
  return model.compile({ optimizer: sgd({ learningRate }), loss })
}

const zero = () => tensor([[0], [0]])

test('the first operation is named, and what it did is the cause', async () => {
  const model = withLoss((p) => sqrt(p.sub(5)).mean())
  const error = await failure(() => model.fit(tensor([[9], [1]]), zero(), { shuffle: false, ...QUIET }))
  expect(error).toMatchInlineSnapshot(
    `[ValueError: fit: expected a finite loss; received NaN at step 1 of epoch 1 with learning rate 0.1; the first operation to make such a number is sqrt. Fix: lower the learning rate, clip gradients (globalClipNorm), look for NaN in the data, or use a loss from logits; the weights are those before this step.]`,
  )
  expect(error instanceof Error && error.cause).toMatchInlineSnapshot(
    `[ValueError: sqrt: expected finite results; received NaN at element 1 of the result [2,1], from finite inputs: this operation made it. Fix: look for a logarithm or division of zero, a square root of zero or less, an overflow, or too large a learning rate.]`,
  )
})

test('a mask of -Infinity is not blamed for a NaN elsewhere', async () => {
  const model = withLoss((p) => p.mul(Number.NEGATIVE_INFINITY).exp().sub(1).log().mean())
  const error = await failure(() => model.fit(tensor([[1], [1]]), zero(), QUIET))
  expect(String(error)).toContain('the first operation to make such a number is log')
})

test('data and weights that were spoilt before are named', async () => {
  const mean = (p: Tensor) => p.mean()
  const spoilt = tensor([[Number.NaN], [1]])
  expect(String(await failure(() => withLoss(mean).fit(spoilt, zero(), QUIET)))).toContain(
    'the inputs of the batch have some',
  )
  const targets = withLoss(mean).compile({ loss: 'meanSquaredError' })
  expect(String(await failure(() => targets.fit(zero(), spoilt, QUIET)))).toContain(
    'the targets of the batch have some',
  )
  // The derivative of a square root is infinite at zero, while its value is not.
  const model = withLoss((p) => sqrt(p).mean())
  expect(await failure(() => model.fit(zero(), zero(), { epochs: 3, ...QUIET }))).toMatchInlineSnapshot(
    `[ValueError: fit: expected a finite loss; received NaN at step 1 of epoch 2 with learning rate 0.1; the weights "dense/kernel" have some, from the gradient of an earlier step. Fix: lower the learning rate, clip gradients (globalClipNorm), look for NaN in the data, or use a loss from logits; the weights are those before this step.]`,
  )
})

test('weights, statistics and random generators are those before the step', async () => {
  const make = () => {
    setSeed(8)
    return sequential([dense(4), batchNormalization(), dropout(0.5), activation('relu'), dense(1)], {
      inputShape: [1],
    })
  }
  const loss = (p: Tensor, targets: Tensor) => p.square().add(targets.log()).mean()
  const model = make().compile({ optimizer: sgd(), loss })
  const x = tensor([[1], [2], [3], [4]])
  await model.fit(x, x, QUIET)
  const before = await weightsIn(model)
  const generators = JSON.stringify(model.namedGenerators().map(([, each]) => each.state()))
  const spoilt = tensor([[1], [2], [3], [-4]])
  const { tensors, bytes } = memory()
  expect(String(await failure(() => model.fit(x, spoilt, QUIET)))).toContain('step 1 of epoch 1')
  expect(await weightsIn(model)).toEqual(before)
  expect(JSON.stringify(model.namedGenerators().map(([, each]) => each.state()))).toBe(generators)
  expect(memory()).toMatchObject({ tensors, bytes })
})

test('targets that are no class are named, with how many classes there are', () => {
  const model = sequential([dense(3)], { inputShape: [1] })
  const batch = { inputs: tensor([[1], [2]]), targets: tensor([1, 3], { dtype: 'int32' }) }
  const step = { loss: Number.NaN, where: 'step 1 of epoch 1', rate: 0.1 }
  const replay = () =>
    void sparseCategoricalCrossEntropy(model.call(batch.inputs), batch.targets, { fromLogits: true })
  expect(diagnose(model, batch, step, replay)).toMatchInlineSnapshot(
    `[ValueError: fit: expected a finite loss; received NaN at step 1 of epoch 1 with learning rate 0.1; the batch has an index out of range: sparseCategoricalCrossEntropy: expected indices from 0 to 2 for axis 1 of length 3; received index 3. Fix: check the targets: class numbers count from 0, up to one less than the model has outputs; the weights are those before this step.]`,
  )
})

test('where a backend cannot read at once, a report stops training', async () => {
  const model = withLoss((p) => p.square().mean(), 1e15)
  const backend = lacking({ synchronousRead: false })
  for (const variable of model.variables) await variable.to(backend)
  const options = { epochs: 50, reportEvery: 4, batchSize: 1, ...QUIET }
  const x = tensor([[1], [2], [3], [4], [5], [6]])
  expect(await failure(() => model.fit(x, x, options))).toMatchInlineSnapshot(
    `[ValueError: fit: expected a finite loss; received Infinity as the mean of the epoch up to step 4 of epoch 1, with learning rate 1000000000000000. Fix: lower the learning rate, clip gradients (globalClipNorm), or train on the cpu backend, which names the operation; earlyStopping brings back the best weights.]`,
  )
})
