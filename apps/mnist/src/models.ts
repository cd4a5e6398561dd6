/**
 * The two networks of the program, by name.
 */
import { layers, type Sequential, sequential } from 'nabla'

/** Pictures as the data sets give them. */
export const PICTURE_SHAPE = [28, 28, 1] as const

/** 784 – 512 – 10 with relu: the multi-layer perceptron of a first course. */
export function mlp(): Sequential {
  return sequential(
    [
      layers.flatten(),
      layers.dense(512, { activation: 'relu', kernelInitializer: 'heNormal' }),
      layers.dense(10),
    ],
    { name: 'mlp', inputShape: PICTURE_SHAPE },
  )
}

/** Three 3×3 convolutions with max pooling between them, then a dense layer. */
export function cnn(): Sequential {
  const relu = { activation: 'relu', kernelInitializer: 'heNormal' } as const
  return sequential(
    [
      layers.conv2d(32, 3, relu),
      layers.maxPooling2d(2),
      layers.conv2d(64, 3, relu),
      layers.maxPooling2d(2),
      layers.conv2d(64, 3, relu),
      layers.flatten(),
      layers.dense(64, relu),
      layers.dense(10),
    ],
    { name: 'cnn', inputShape: PICTURE_SHAPE },
  )
}

export const MODELS = { mlp, cnn } as const
export type ModelName = keyof typeof MODELS

export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(MODELS, name)
}
