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
import { STEP_SIZES, type StepSizes } from './step-sizes.js'

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

function inference(batch: number): Row {
  return {
    name: 'infer/cnn-256',
    unit: 'ms',
    prepare(mode) {
      const model = cnn()
      return computation(mode, [uniform([batch, 28, 28, 1])], (x) => model.call(x as Tensor))
    },
  }
}

export function trainingRowsOf(sizes: StepSizes): Row[] {
  const momentum = () => sgd({ learningRate: 0.01, momentum: 0.9 })
  const withAdam = () => adam({ learningRate: 0.001 })
  return [
    trainingStep('train/mlp-momentum', mlp, momentum, [sizes.mlp, 784]),
    trainingStep('train/mlp-adam', mlp, withAdam, [sizes.mlp, 784]),
    trainingStep('train/cnn-adam', cnn, withAdam, [sizes.cnn, 28, 28, 1]),
    inference(sizes.inference),
  ]
}

export const trainingRows: readonly Row[] = trainingRowsOf(STEP_SIZES)
