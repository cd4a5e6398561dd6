/**
 * The networks that the page trains, small enough to learn while somebody looks on.
 */
import { adam, layers, type Optimizer, rmsprop, type Sequential, sequential, sgd } from 'nabla'
import type { ModelName, OptimizerChoice } from '../protocol.js'

/** Pictures as the data sets give them. */
export const PICTURE_SHAPE = [28, 28, 1] as const

const relu = { activation: 'relu', kernelInitializer: 'heNormal' } as const

/** 784 – 128 – 10: every pixel meets every neuron. */
function mlp(): Sequential {
  // Small first weights: what is learned stands out in the pictures of them.
  const kernelInitializer = { kind: 'normal', mean: 0, deviation: 0.01 } as const
  const hidden = layers.dense(128, { activation: 'relu', kernelInitializer })
  return sequential([layers.flatten(), hidden, layers.dense(10)], { name: 'mlp', inputShape: PICTURE_SHAPE })
}

/** Two convolutions with pooling, then two dense layers, with dropout before them: it helps with hands not seen before. */
function cnn(): Sequential {
  return sequential(
    [
      layers.conv2d(12, 5, relu),
      layers.maxPooling2d(2),
      layers.conv2d(32, 3, relu),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dropout(0.3),
      layers.dense(64, relu),
      layers.dense(10),
    ],
    { name: 'cnn', inputShape: PICTURE_SHAPE },
  )
}

/** Normalized before it is cut off: it learns several times as much from each picture. */
const normalizedRelu = () => [layers.batchNormalization(), layers.activation('relu')]

/** Convolutions that move by two pixels in place of pooling: a third of the arithmetic, for slow machines. */
function small(): Sequential {
  const bare = { useBias: false, kernelInitializer: 'heNormal' } as const
  return sequential(
    [
      layers.conv2d(12, 5, { ...bare, strides: 2 }),
      ...normalizedRelu(),
      layers.conv2d(32, 3, { ...bare, strides: 2, padding: 'same' }),
      ...normalizedRelu(),
      layers.flatten(),
      layers.dense(64, bare),
      ...normalizedRelu(),
      layers.dense(10),
    ],
    { name: 'small', inputShape: PICTURE_SHAPE },
  )
}

export const MODELS: Readonly<Record<ModelName, () => Sequential>> = { cnn, small, mlp }

export const OPTIMIZERS: Readonly<Record<OptimizerChoice, (learningRate: number) => Optimizer>> = {
  adam: (learningRate) => adam({ learningRate }),
  sgd: (learningRate) => sgd({ learningRate }),
  momentum: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  rmsprop: (learningRate) => rmsprop({ learningRate }),
}
