/**
 * Rows of whole steps: training of the two networks of `apps/mnist`, inference, and a transformer block.
 */
import {
  adam,
  layers,
  type Optimizer,
  randint,
  type Sequential,
  sequential,
  sgd,
  type Tensor,
  uniform,
} from 'nabla'
import type { Row } from '../measure.js'
import { computation } from './finish.js'

function mlp(): Sequential {
  return sequential([layers.dense(512, { activation: 'relu' }), layers.dense(10)], { inputShape: [784] })
}

function cnn(): Sequential {
  return sequential(
    [
      layers.conv2d(32, 3, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.conv2d(64, 3, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.conv2d(64, 3, { activation: 'relu' }),
      layers.flatten(),
      layers.dense(64, { activation: 'relu' }),
      layers.dense(10),
    ],
    { inputShape: [28, 28, 1] },
  )
}

function trainingStep(
  name: string,
  make: () => Sequential,
  optimizer: () => Optimizer,
  inputShape: number[],
): Row {
  return {
    name,
    unit: 'ms',
    prepare(mode) {
      const model = make().compile({
        optimizer: optimizer(),
        loss: 'sparseCategoricalCrossEntropyFromLogits',
        jit: mode === 'captured',
      })
      const inputs = uniform(inputShape)
      const targets = randint([inputShape[0] ?? 1], 0, 10)
      return {
        async once() {
          model.trainer.trainStep({ inputs, targets })
          const [weight] = model.trainableVariables
          await weight?.backend.synchronize()
        },
        dispose: () => model.dispose(),
      }
    },
  }
}

const inference: Row = {
  name: 'infer/cnn-256',
  unit: 'ms',
  prepare(mode) {
    const model = cnn()
    return computation(mode, [uniform([256, 28, 28, 1])], (x) => model.call(x as Tensor))
  },
}

export const trainingRows: readonly Row[] = [
  trainingStep('train/mlp-momentum', mlp, () => sgd({ learningRate: 0.01, momentum: 0.9 }), [128, 784]),
  trainingStep('train/mlp-adam', mlp, () => adam({ learningRate: 0.001 }), [128, 784]),
  trainingStep('train/cnn-adam', cnn, () => adam({ learningRate: 0.001 }), [64, 28, 28, 1]),
  inference,
]
