/**
 * The multi-layer perceptron of the benchmark in jax-js.
 */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax'

/**
 * 784-512-10, relu, softmax cross-entropy on logits, with Adam or momentum written out. The result makes one step and
 * returns the loss.
 */
export function mlpStep(uniform, { adam, batch }) {
  const parameters = [uniform(784, 512), uniform(512), uniform(512, 10), uniform(10)].map((p) => p.sub(0.5).mul(0.1))
  const x = uniform(batch, 784)
  const y = nn.oneHot(np.zeros([batch], { dtype: np.int32 }), 10)
  const loss = ([w1, b1, w2, b2], input, labels) => {
    const hidden = nn.relu(np.matmul(input, w1).add(b1))
    const logits = np.matmul(hidden, w2).add(b2)
    return nn.logSoftmax(logits, -1).mul(labels).sum().mul(-1 / batch)
  }
  const update = (p, g, m, v) => {
    if (!adam) {
      const velocity = m.mul(0.9).sub(g.mul(0.01))
      return [p.add(velocity.ref), velocity, v]
    }
    const mean = m.mul(0.9).add(g.ref.mul(0.1))
    const square = v.mul(0.999).add(g.ref.mul(g).mul(0.001))
    return [p.sub(mean.ref.mul(0.001).div(np.sqrt(square.ref).add(1e-7))), mean, square]
  }
  const step = jit((weights, means, squares, input, labels) => {
    const [value, gradients] = valueAndGrad(loss)(weights.map((w) => w.ref), input, labels)
    const updated = weights.map((w, i) => update(w, gradients[i], means[i], squares[i]))
    return [updated.map(([w]) => w), updated.map(([, m]) => m), updated.map(([, , v]) => v), value]
  })
  let [weights, means, squares] = [parameters, parameters.map((p) => np.zeros(p.shape)), parameters.map((p) => np.zeros(p.shape))]
  return () => {
    let value
    ;[weights, means, squares, value] = step(weights, means, squares, x.ref, y.ref)
    return value
  }
}
