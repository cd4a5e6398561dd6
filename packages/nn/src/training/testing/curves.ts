/**
 * Loss curves of small networks, for tests that hold one way of training against another.
 */
import { setSeed, type Tensor, tensor, uniform } from '@nabla/core'
import { adam } from '@nabla/optim'
import { layers, type Sequential, sequential } from '../../index.js'

const { activation, batchNormalization, conv2d, dense, dropout, flatten, layerNormalization, maxPooling2d } =
  layers

/** As many as tell rounding from a mistake. */
const STEPS = 200
const BATCH = 16
const PICTURES = { inputShape: [12, 12, 1] }

/** A task with a pattern: which of three parts of a picture is the brightest. */
export async function task(samples: number): Promise<{ inputs: Tensor; targets: Tensor }> {
  setSeed(5)
  const inputs = uniform([samples, 12, 12, 1])
  const classes = inputs.reshape([samples, 3, 48]).sum(2).argmax(1)
  return { inputs, targets: tensor(await classes.data(), { dtype: 'int32' }) }
}

/**
 * Everything that draws random numbers or keeps statistics. No bias before the batch normalization: it takes the bias of a
 * unit that is active for all samples out again, so that its gradient is rounding alone, which Adam would scale up to full
 * steps, seen in evaluation, of another sign on each backend. And no kink before Adam's many small steps: an element within
 * rounding of it has one gradient on one backend and none on the other (seen with relu: curves 2e-5 apart for 194 steps, and
 * 2e-3 after the next).
 */
const denseLayers = (): Sequential =>
  sequential(
    [
      flatten(),
      dense(32, { activation: 'tanh', useBias: false }),
      batchNormalization(),
      dropout(0.2),
      dense(16, { activation: 'gelu' }),
      layerNormalization(),
      dense(3),
    ],
    PICTURES,
  )

export const convolutions = (): Sequential =>
  sequential(
    [
      conv2d(8, 3, { padding: 'same', activation: 'relu' }),
      maxPooling2d(2),
      conv2d(8, 3),
      activation('tanh'),
      flatten(),
      dense(3),
    ],
    PICTURES,
  )

export const networks: Readonly<Record<string, () => Sequential>> = {
  'dense layers with dropout and normalization': denseLayers,
  convolutions,
}

/** The loss of every step. */
export async function curve(make: () => Sequential, jit: boolean): Promise<number[]> {
  const { inputs, targets } = await task(BATCH * 20)
  setSeed(7)
  const model = make()
  model.compile({
    optimizer: adam({ learningRate: 0.003, globalClipNorm: 5 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
    jit,
  })
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) {
    const start = (step % 20) * BATCH
    const batch = {
      inputs: inputs.slice([start, start + BATCH]),
      targets: targets.slice([start, start + BATCH]),
    }
    const { loss } = await model.evaluate(batch.inputs, batch.targets)
    losses.push(loss ?? Number.NaN)
    model.trainer.trainStep(batch)
  }
  return losses
}

/** The largest distance between two curves at the same step. */
export function worstDistance(curve: readonly number[], other: readonly number[]): number {
  return Math.max(...curve.map((loss, step) => Math.abs(loss - (other[step] ?? Number.NaN))))
}
