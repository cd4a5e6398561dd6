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
import { cnnInference, cnnLoss, mlpLoss, transformerLoss } from './tfjs-models.mjs'

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

/** One step of an optimizer, or of nothing but gradients, reading the loss. */
function step({ variables, loss }, optimizer) {
  return () => {
    const { value, grads } = tf.variableGrads(loss, variables)
    optimizer?.applyGradients(grads)
    value.dataSync()
    tf.dispose([value, grads])
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
  { name: 'train/mlp-momentum', prepare: () => ({ once: step(mlpLoss(128), tf.train.momentum(0.01, 0.9)) }) },
  { name: 'train/mlp-adam', prepare: () => ({ once: step(mlpLoss(128), tf.train.adam(0.001)) }) },
  { name: 'train/cnn-adam', prepare: () => ({ once: step(cnnLoss(64), tf.train.adam(0.001)) }) },
  { name: 'infer/cnn-256', prepare: () => ({ once: finished(cnnInference(256)) }) },
  { name: 'train/transformer-block', prepare: () => ({ once: step(transformerLoss(8, 128)) }) },
])
