/**
 * TensorFlow.js on its `cpu` backend, or with TFJS_BACKEND=wasm on that (one thread: its threads don't start in Node).
 * Results are read back, as its users must. Its ES modules don't load in Node as they are, so `npm run tfjs` bundles this
 * file first.
 */
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { measureAll } from './measure.mjs'

const backend = process.env.TFJS_BACKEND ?? 'cpu'
if (backend === 'wasm') setWasmPaths(`${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`)
await tf.setBackend(backend)
const random = (...shape) => tf.randomUniform(shape, -1, 1)

/** Runs, reads the result, frees everything. */
const finished = (compute) => () => {
  const result = tf.tidy(compute)
  result.dataSync()
  result.dispose()
}

const matmul = (name, m, k, n, transposeA = false, transposeB = false) => ({
  name: `matmul/${name}`,
  prepare() {
    const a = transposeA ? random(k, m) : random(m, k)
    const b = transposeB ? random(n, k) : random(k, n)
    return { inner: m * k * n < 2e6 ? 20 : 1, once: finished(() => tf.matMul(a, b, transposeA, transposeB)) }
  },
})

const single = (name, make) => ({ name, prepare: () => ({ once: finished(make()) }) })

function crossEntropy(logits, labels) {
  const largest = logits.max(-1, true)
  const shifted = logits.sub(largest)
  const logProbabilities = shifted.sub(shifted.exp().sum(-1, true).log())
  return logProbabilities.mul(labels).sum(-1).mean().neg()
}

/** One step of an optimizer on variables, reading the loss. */
function step(optimizer, variables, loss) {
  return () => {
    const { value, grads } = tf.variableGrads(loss, variables)
    optimizer.applyGradients(grads)
    value.dataSync()
    tf.dispose([value, grads])
  }
}

function mlp(optimizer) {
  const w1 = tf.variable(tf.randomNormal([784, 512], 0, 0.05))
  const b1 = tf.variable(tf.zeros([512]))
  const w2 = tf.variable(tf.randomNormal([512, 10], 0, 0.05))
  const b2 = tf.variable(tf.zeros([10]))
  const x = tf.randomUniform([128, 784])
  const y = tf.oneHot(tf.randomUniform([128], 0, 10, 'int32'), 10)
  const loss = () => crossEntropy(x.matMul(w1).add(b1).relu().matMul(w2).add(b2), y)
  return { once: step(optimizer, [w1, b1, w2, b2], loss) }
}

function cnnWeights() {
  const shapes = [[3, 3, 1, 32], [32], [3, 3, 32, 64], [64], [3, 3, 64, 64], [64], [576, 64], [64], [64, 10], [10]]
  return shapes.map((shape) => tf.variable(tf.randomNormal(shape, 0, 0.05)))
}

function cnnForward(x, [k1, b1, k2, b2, k3, b3, w1, c1, w2, c2]) {
  const first = tf.maxPool(tf.conv2d(x, k1, 1, 'valid').add(b1).relu(), 2, 2, 'valid')
  const second = tf.maxPool(tf.conv2d(first, k2, 1, 'valid').add(b2).relu(), 2, 2, 'valid')
  const third = tf.conv2d(second, k3, 1, 'valid').add(b3).relu()
  return third.reshape([x.shape[0], 576]).matMul(w1).add(c1).relu().matMul(w2).add(c2)
}

function cnn(optimizer) {
  const weights = cnnWeights()
  const x = tf.randomUniform([64, 28, 28, 1])
  const y = tf.oneHot(tf.randomUniform([64], 0, 10, 'int32'), 10)
  return { once: step(optimizer, weights, () => crossEntropy(cnnForward(x, weights), y)) }
}

function transformer() {
  const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.02))
  const p = {
    s1: tf.variable(tf.ones([256])), h1: tf.variable(tf.zeros([256])), qkv: weight(256, 768), qkvB: tf.variable(tf.zeros([768])),
    o: weight(256, 256), oB: tf.variable(tf.zeros([256])), s2: tf.variable(tf.ones([256])), h2: tf.variable(tf.zeros([256])),
    up: weight(256, 1024), upB: tf.variable(tf.zeros([1024])), down: weight(1024, 256), downB: tf.variable(tf.zeros([256])),
  }
  const x = tf.randomNormal([1024, 256])
  const norm = (t, scale, shift) => {
    const centered = t.sub(t.mean(-1, true))
    return centered.div(centered.square().mean(-1, true).add(1e-5).sqrt()).mul(scale).add(shift)
  }
  const gelu = (t) => t.mul(0.5).mul(t.add(t.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1))
  const softmax = (t) => {
    const powers = t.sub(t.max(-1, true)).exp()
    return powers.div(powers.sum(-1, true))
  }
  const loss = () => {
    const heads = norm(x, p.s1, p.h1).matMul(p.qkv).add(p.qkvB).reshape([8, 128, 3, 4, 64]).transpose([2, 0, 3, 1, 4])
    const [q, k, v] = tf.unstack(heads, 0)
    const mixed = softmax(tf.matMul(q, k, false, true).mul(1 / 8)).matMul(v).transpose([0, 2, 1, 3]).reshape([1024, 256])
    const attended = x.add(mixed.matMul(p.o).add(p.oB))
    const hidden = gelu(norm(attended, p.s2, p.h2).matMul(p.up).add(p.upB))
    return attended.add(hidden.matMul(p.down).add(p.downB)).square().mean()
  }
  return {
    once() {
      const { value, grads } = tf.variableGrads(loss, Object.values(p))
      value.dataSync()
      tf.dispose([value, grads])
    },
  }
}

await measureAll(`tfjs ${backend}`, [
  matmul('64', 64, 64, 64),
  matmul('256', 256, 256, 256),
  matmul('512', 512, 512, 512),
  matmul('1024', 1024, 1024, 1024),
  matmul('128x784x512', 128, 784, 512),
  matmul('784x128x512-at', 784, 128, 512, true, false),
  matmul('128x512x784-bt', 128, 512, 784, false, true),
  matmul('128x512x10', 128, 512, 10),
  single('map/relu-mul-add-4M', () => {
    const [a, b, c] = [random(2048, 2048), random(2048, 2048), random(2048, 2048)]
    return () => a.mul(b).add(c).relu()
  }),
  single('softmax/4096x1000', () => {
    const x = random(4096, 1000)
    return () => tf.softmax(x)
  }),
  single('sum-axis0/4096x1024', () => {
    const x = random(4096, 1024)
    return () => x.sum(0)
  }),
  single('sum-axis1/4096x1024', () => {
    const x = random(4096, 1024)
    return () => x.sum(1)
  }),
  single('transpose/2048', () => {
    const x = random(2048, 2048)
    return () => x.transpose()
  }),
  single('broadcast-add/4096x1024', () => {
    const [x, y] = [random(4096, 1024), random(1024)]
    return () => x.add(y)
  }),
  {
    name: 'add/16',
    unit: 'us',
    prepare() {
      const [a, b] = [tf.ones([16]), tf.ones([16])]
      return { inner: 1000, once: () => tf.add(a, b).dispose() }
    },
  },
  { name: 'train/mlp-momentum', prepare: () => mlp(tf.train.momentum(0.01, 0.9)) },
  { name: 'train/mlp-adam', prepare: () => mlp(tf.train.adam(0.001)) },
  { name: 'train/cnn-adam', prepare: () => cnn(tf.train.adam(0.001)) },
  {
    name: 'infer/cnn-256',
    prepare() {
      const weights = cnnWeights()
      const x = tf.randomUniform([256, 28, 28, 1])
      return { once: finished(() => cnnForward(x, weights)) }
    },
  },
  { name: 'train/transformer-block', prepare: transformer },
])
