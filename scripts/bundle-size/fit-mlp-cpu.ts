/**
 * The same network with layers, compile and fit.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, type Tensor } from '@nabla/core'
import { dense, sequential } from '@nabla/nn'
import { adam } from '@nabla/optim'

setDefaultBackend(createCpuBackend())

const model = sequential([dense(512, { activation: 'relu' }), dense(10)], { inputShape: [784] })
model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy'] })

/** Trains on pictures [count, 784] and class numbers [count]. */
export async function train(pictures: Tensor, labels: Tensor): Promise<number> {
  const history = await model.fit(pictures, labels, { epochs: 5, batchSize: 128, verbose: 0 })
  return history.last?.loss ?? Number.NaN
}
