/**
 * TensorFlow.js on its `webgpu` backend in Node: it takes `navigator.gpu` for a browser's. Nothing is read back, the device is
 * waited for. `npm run tfjs-webgpu` bundles this file first, as its ES modules don't load in Node as they are.
 */
import './dawn.mjs'
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import '@tensorflow/tfjs-backend-webgpu'
import * as tf from '@tensorflow/tfjs-core'
import { cnnInference, cnnLoss, layerNorm, mlpLoss, transformerLoss } from '../tfjs-models.mjs'
import { measureLoads, SIZES } from './measure.mjs'

// It asks for this feature in a list within the list, which Dawn takes for no feature.
const { requestAdapter } = navigator.gpu
navigator.gpu.requestAdapter = async (options) => {
  const adapter = await requestAdapter.call(navigator.gpu, options)
  const features = new Set([...adapter.features].filter((name) => name !== 'bgra8unorm-storage'))
  Object.defineProperty(adapter, 'features', { value: features })
  return adapter
}
await tf.setBackend('webgpu')

/** Submits what it keeps back, as its own reading does, and waits. */
async function finish() {
  const backend = tf.backend()
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  backend.submitQueue()
  await backend.queue.onSubmittedWorkDone()
}

const queueOf = (compute, inputs = []) => ({
  enqueue: () => tf.tidy(compute).dispose(),
  finish,
  dispose: () => tf.dispose(inputs),
})

const matmul = (size) => ({
  name: `matmul/${size}`,
  unit: 'TFLOP/s',
  work: 2 * size ** 3,
  prepare() {
    const [a, b] = [tf.randomUniform([size, size]), tf.randomUniform([size, size])]
    return queueOf(() => tf.matMul(a, b), [a, b])
  },
})

const { rows, columns } = SIZES
const BIG = [rows, columns]

/** `arrays`: how many arrays of the large size the kernel moves. */
const bandwidth = (name, arrays, shapes, compute) => ({
  name,
  unit: 'GB/s',
  work: arrays * 4 * rows * columns,
  prepare() {
    const inputs = shapes.map((shape) => tf.randomUniform(shape))
    return queueOf(() => compute(...inputs), inputs)
  },
})

/** A step in both modes: each awaited before the next, or queued one behind the other. */
const steps = (name, make) =>
  ['awaited', 'queued'].map((mode) => ({
    name: `${name} ${mode}`,
    unit: 'ms',
    prepare() {
      const once = make()
      const awaited = async () => {
        once()
        await finish()
      }
      return { enqueue: mode === 'awaited' ? awaited : once, finish }
    },
  }))

function training({ variables, loss }, optimizer) {
  return () => {
    const { value, grads } = tf.variableGrads(loss, variables)
    optimizer?.applyGradients(grads)
    tf.dispose([value, grads])
  }
}

await measureLoads('tfjs webgpu', [
  ...SIZES.squares.map(matmul),
  bandwidth('map/scale (copy)', 2, [BIG], (x) => x.mul(2)),
  bandwidth('map/relu-mul-add', 4, [BIG, BIG, BIG], (a, b, c) => a.mul(b).add(c).relu()),
  bandwidth('map/bias-add', 2, [BIG, [columns]], (x, y) => x.add(y)),
  bandwidth('softmax', 2, [BIG], (x) => tf.softmax(x)),
  bandwidth('layerNormalization', 2, [BIG, [columns], [columns]], (x, scale, shift) => layerNorm(x, scale, shift)),
  bandwidth('sum-axis0', 1, [BIG], (x) => x.sum(0)),
  bandwidth('sum-axis1', 1, [BIG], (x) => x.sum(1)),
  bandwidth('transpose', 2, [BIG], (x) => x.transpose()),
  ...steps('train/mlp-momentum', () => training(mlpLoss(SIZES.mlp), tf.train.momentum(0.01, 0.9))),
  ...steps('train/mlp-adam', () => training(mlpLoss(SIZES.mlp), tf.train.adam(0.001))),
  ...steps('train/cnn-adam', () => training(cnnLoss(SIZES.cnn), tf.train.adam(0.001))),
  ...steps('infer/cnn-256', () => {
    const forward = cnnInference(SIZES.inference)
    return () => tf.tidy(forward).dispose()
  }),
  ...steps('train/transformer-block', () => training(transformerLoss(SIZES.batch, SIZES.sequence))),
  {
    name: 'dispatch/eager add of 16',
    unit: 'us',
    prepare() {
      const [a, b] = [tf.ones([16]), tf.ones([16])]
      return queueOf(() => tf.add(a, b), [a, b])
    },
  },
])
// Dawn would keep the process waiting.
process.exit()
