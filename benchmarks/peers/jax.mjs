/**
 * jax-js on its `wasm` backend, in one thread, which is what it has in Node. Results are awaited. Node 20 has relaxed
 * SIMD, which it uses, behind a flag: `npm run jax` sets it.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random } from '@jax-js/jax'
import { mlpStep } from './jax-models.mjs'
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

/** A step whose loss is read. */
function mlp(adam) {
  const step = mlpStep(uniform, { adam, batch: 128 })
  return { once: () => step().data() }
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
