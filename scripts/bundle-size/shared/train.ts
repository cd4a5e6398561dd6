/**
 * Training of the 784-512-10 network without layers: what the smallest programs have in common.
 */
import {
  type Backend,
  logSoftmax,
  normal,
  relu,
  setDefaultBackend,
  tensorFrom,
  Variable,
  variableGradients,
  zeros,
} from '@nabla/core'
import { adam } from '@nabla/optim'

/** Weights on a backend, and one step: on pictures [batch, 784] and one-hot labels [batch, 10]; resolves to the loss. */
export function train(backend: Backend) {
  setDefaultBackend(backend)
  const weights = [
    new Variable(normal([784, 512], { standardDeviation: 0.05 })),
    new Variable(zeros([512])),
    new Variable(normal([512, 10], { standardDeviation: 0.05 })),
    new Variable(zeros([10])),
  ] as const
  const [hidden, hiddenBias, output, outputBias] = weights
  const optimizer = adam()

  return async function step(pictures: Float32Array, labels: Float32Array): Promise<number> {
    const batch = labels.length / 10
    const x = tensorFrom(pictures, [batch, 784])
    const y = tensorFrom(labels, [batch, 10])
    const { value, gradients } = variableGradients(() => {
      const active = relu(x.matmul(hidden.value).add(hiddenBias.value))
      const logits = active.matmul(output.value).add(outputBias.value)
      return logSoftmax(logits).mul(y).sum(1).mean().neg()
    }, weights)
    optimizer.apply(gradients, weights)
    // Not `using`, which bundlers translate for browsers of today into a kilobyte of code.
    x.dispose()
    y.dispose()
    return value.item()
  }
}
