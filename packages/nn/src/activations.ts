/**
 * Activations by name, for layers and files.
 */
import {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  type Tensor,
  tanh,
  ValueError,
} from '@nabla/core'

const TABLE = {
  linear: (x: Tensor): Tensor => x,
  relu: (x: Tensor): Tensor => relu(x),
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x),
  elu: (x: Tensor): Tensor => elu(x),
  selu: (x: Tensor): Tensor => selu(x),
  gelu: (x: Tensor): Tensor => gelu(x),
  silu: (x: Tensor): Tensor => silu(x),
  mish: (x: Tensor): Tensor => mish(x),
  softplus: (x: Tensor): Tensor => softplus(x),
  softsign: (x: Tensor): Tensor => softsign(x),
  sigmoid: (x: Tensor): Tensor => sigmoid(x),
  hardSigmoid: (x: Tensor): Tensor => hardSigmoid(x),
  hardSwish: (x: Tensor): Tensor => hardSwish(x),
  tanh: (x: Tensor): Tensor => tanh(x),
  softmax: (x: Tensor): Tensor => softmax(x),
  logSoftmax: (x: Tensor): Tensor => logSoftmax(x),
} as const

export type ActivationName = keyof typeof TABLE

/** Whether an activation of this name exists. */
export function isActivationName(name: string): name is ActivationName {
  return Object.hasOwn(TABLE, name)
}

/** The function of an activation. @throws ValueError naming the known ones. */
export function activationFrom(name: string): (x: Tensor) => Tensor {
  if (isActivationName(name)) return TABLE[name]
  throw new ValueError('activation', {
    expected: `one of ${Object.keys(TABLE).join(', ')}`,
    received: String(name),
    fix: 'choose one of these names, or put the function into a layer of your own',
  })
}
