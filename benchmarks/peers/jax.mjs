/**
 * jax-js on its `wasm` backend, in one thread, which is what it has in Node. Results are awaited. Node 20 has relaxed
 * SIMD, which it uses, behind a flag: `npm run jax` sets it.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax'
import { measureAll } from './measure.mjs'

await init('wasm')
defaultDevice('wasm')
let seed = 0
const uniform = (...shape) => random.uniform(random.key(seed++), shape)

/** Computes, waits, frees. */
const finished = (compute) => async () => {
  const result = compute()
  await blockUntilReady(result.ref)
  result.dispose()
}

const matmul = (name, m, k, n, left = (a) => a, right = (b) => b) => ({
  name: `matmul/${name}`,
  prepare() {
    const a = name.endsWith('-at') ? uniform(k, m) : uniform(m, k)
    const b = name.endsWith('-bt') ? uniform(n, k) : uniform(k, n)
    const product = jit((x, y) => np.matmul(left(x), right(y)))
    return { inner: m * k * n < 2e6 ? 20 : 1, once: finished(() => product(a.ref, b.ref)) }
  },
})

const single = (name, shapes, compute, extra = {}) => ({
  name,
  ...extra,
  prepare() {
    const inputs = shapes.map((shape) => uniform(...shape))
    const run = jit(compute)
    return { inner: extra.inner, once: finished(() => run(...inputs.map((x) => x.ref))) }
  },
})

const transposed = (x) => np.transpose(x)

/** 784-512-10, relu, softmax cross-entropy on logits, batch 128, Adam written out. */
function mlp(adam) {
  const parameters = [uniform(784, 512), uniform(512), uniform(512, 10), uniform(10)].map((p) => p.sub(0.5).mul(0.1))
  const x = uniform(128, 784)
  const y = nn.oneHot(np.zeros([128], { dtype: np.int32 }), 10)
  const loss = ([w1, b1, w2, b2], input, labels) => {
    const hidden = nn.relu(np.matmul(input, w1).add(b1))
    const logits = np.matmul(hidden, w2).add(b2)
    return nn.logSoftmax(logits, -1).mul(labels).sum().mul(-1 / 128)
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
  return {
    async once() {
      let value
      ;[weights, means, squares, value] = step(weights, means, squares, x.ref, y.ref)
      await value.data()
    },
  }
}

await measureAll('jax-js wasm', [
  matmul('64', 64, 64, 64),
  matmul('256', 256, 256, 256),
  matmul('512', 512, 512, 512),
  matmul('1024', 1024, 1024, 1024),
  matmul('2048', 2048, 2048, 2048),
  matmul('128x784x512', 128, 784, 512),
  matmul('784x128x512-at', 784, 128, 512, transposed),
  matmul('128x512x784-bt', 128, 512, 784, undefined, transposed),
  matmul('128x512x10', 128, 512, 10),
  single('map/relu-mul-add-4M', [[2048, 2048], [2048, 2048], [2048, 2048]], (a, b, c) => nn.relu(a.mul(b).add(c))),
  single('softmax/4096x1000', [[4096, 1000]], (x) => nn.softmax(x, -1)),
  single('sum-axis0/4096x1024', [[4096, 1024]], (x) => x.sum(0)),
  single('sum-axis1/4096x1024', [[4096, 1024]], (x) => x.sum(1)),
  single('broadcast-add/4096x1024', [[4096, 1024], [1024]], (x, y) => x.add(y)),
  single('add/16', [[16], [16]], (x, y) => x.add(y), { unit: 'us', inner: 100 }),
  { name: 'train/mlp-momentum', prepare: () => mlp(false) },
  { name: 'train/mlp-adam', prepare: () => mlp(true) },
])
