/**
 * A small training on the built-in digits, the same program in Node and in a page.
 */
import {
  adam,
  type Configuration,
  type Configured,
  configure,
  defaultBackend,
  layers,
  mnist,
  sequential,
} from 'nabla'

export interface Training {
  /** The backend's name. */
  readonly backend: string
  /** What `configure` says about its choice. */
  readonly description: string
  readonly losses: readonly number[]
  readonly accuracies: readonly number[]
  /** Of samples that it didn't see. */
  readonly testAccuracy: number
}

export interface TrainingOptions {
  /** Pictures to learn from. */
  readonly samples?: number
  readonly epochs?: number
}

/** Trains a network of two dense layers, by default for a few epochs; WebGPU may be software. */
export async function trainDigits(
  backend: NonNullable<Configuration['backend']>,
  { samples = 400, epochs = 6 }: TrainingOptions = {},
): Promise<Training> {
  const { description }: Configured = await configure({ backend, seed: 11, allowSoftware: true })
  const { train, test } = await mnist({ source: 'digits', digits: { train: samples, test: 200 } })
  const model = sequential([layers.flatten(), layers.dense(64, { activation: 'relu' }), layers.dense(10)], {
    inputShape: [28, 28, 1],
  })
  model.compile({
    optimizer: adam({ learningRate: 0.003 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
  })
  const history = await model.fit(train, { epochs, batchSize: 32, verbose: 0 })
  const { accuracy = Number.NaN } = await model.evaluate(test)
  return {
    backend: defaultBackend().name,
    description,
    losses: history.values('loss'),
    accuracies: history.values('accuracy'),
    testAccuracy: accuracy,
  }
}
