/**
 * The smallest browser program that trains the 784-512-10 network on the wasm backend: tensors, gradients and an
 * optimizer, without layers.
 */
import { createWasmBackend } from '@nabla/backend-wasm'
import {
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

setDefaultBackend(createWasmBackend())

const weights = [
  new Variable(normal([784, 512], { standardDeviation: 0.05 })),
  new Variable(zeros([512])),
  new Variable(normal([512, 10], { standardDeviation: 0.05 })),
  new Variable(zeros([10])),
] as const
const [hidden, hiddenBias, output, outputBias] = weights
const optimizer = adam()

/** One step on pictures [batch, 784] and one-hot labels [batch, 10]; resolves to the loss. */
export async function step(pictures: Float32Array, labels: Float32Array): Promise<number> {
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
