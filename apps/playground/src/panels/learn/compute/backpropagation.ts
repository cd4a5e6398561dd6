/**
 * loss = (w · x + b − y)², node by node, with the gradient at every node. Adding zero to a node changes nothing, but the
 * gradient with respect to that zero is the gradient that arrives there.
 */
import { type Tensor, tensor, valueAndGrad } from 'nabla'

export interface Inputs {
  readonly x: number
  readonly w: number
  readonly b: number
  readonly y: number
}

interface Nodes {
  readonly [name: string]: Tensor
  readonly x: Tensor
  readonly w: Tensor
  readonly b: Tensor
  readonly y: Tensor
  readonly product: Tensor
  readonly sum: Tensor
  readonly error: Tensor
}

export async function propagate({ x, w, b, y }: Inputs) {
  const forward = valueAndGrad((at: Nodes) => {
    const product = at.w.mul(at.x).add(at.product)
    const sum = product.add(at.b).add(at.sum)
    const error = sum.sub(at.y).add(at.error)
    return { value: error.square(), product, sum, error }
  })
  const zero = () => tensor(0)
  const { value, gradient, auxiliary } = forward({
    ...{ x: tensor(x), w: tensor(w), b: tensor(b), y: tensor(y) },
    ...{ product: zero(), sum: zero(), error: zero() },
  })
  const at = async (node: Tensor) => Number(await node.item())
  return {
    values: {
      product: await at(auxiliary.product),
      sum: await at(auxiliary.sum),
      error: await at(auxiliary.error),
      loss: await at(value),
    },
    gradients: {
      x: await at(gradient.x),
      w: await at(gradient.w),
      b: await at(gradient.b),
      y: await at(gradient.y),
      product: await at(gradient.product),
      sum: await at(gradient.sum),
      error: await at(gradient.error),
    },
  }
}
