/**
 * jax-js on its `webgpu` backend in Node: it takes `navigator.gpu` for a browser's. Results are awaited, not read.
 */
import './dawn.mjs'
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random } from '@jax-js/jax'
import { mlpStep } from '../jax-models.mjs'
import { measureLoads, SIZES } from './measure.mjs'

await init('webgpu')
defaultDevice('webgpu')
let seed = 0
const uniform = (...shape) => random.uniform(random.key(seed++), shape)

/** Runs a compiled function; of the results, the last is kept to wait for. */
function queueOf(run, inputs) {
  let last
  return {
    enqueue() {
      last?.dispose()
      last = run(...inputs.map((x) => x.ref))
    },
    finish: () => blockUntilReady(last.ref),
    dispose() {
      last.dispose()
      for (const input of inputs) input.dispose()
    },
  }
}

const matmul = (size) => ({
  name: `matmul/${size}`,
  unit: 'TFLOP/s',
  work: 2 * size ** 3,
  prepare: () => queueOf(jit(np.matmul), [uniform(size, size), uniform(size, size)]),
})

const { rows, columns } = SIZES
const BIG = [rows, columns]

/** `arrays`: how many arrays of the large size the kernel moves. */
const bandwidth = (name, arrays, shapes, compute) => ({
  name,
  unit: 'GB/s',
  work: arrays * 4 * rows * columns,
  prepare: () => queueOf(jit(compute), shapes.map((shape) => uniform(...shape))),
})

function layerNorm(x, scale, shift) {
  const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }))
  const variance = np.mean(centered.ref.mul(centered.ref), -1, { keepdims: true })
  return centered.div(np.sqrt(variance.add(1e-5))).mul(scale).add(shift)
}

/** A step in both modes: each awaited before the next, or queued one behind the other. */
const steps = (name, make) =>
  ['awaited', 'queued'].map((mode) => ({
    name: `${name} ${mode}`,
    unit: 'ms',
    prepare() {
      const once = make()
      let last
      const finish = () => blockUntilReady(last.ref)
      return {
        async enqueue() {
          last?.dispose()
          last = once()
          if (mode === 'awaited') await finish()
        },
        finish,
      }
    },
  }))

const add = (name, run) => ({
  name,
  unit: 'us',
  prepare: () => queueOf(run, [uniform(16), uniform(16)]),
})

await measureLoads('jax-js webgpu', [
  ...SIZES.squares.map(matmul),
  bandwidth('map/scale (copy)', 2, [BIG], (x) => x.mul(2)),
  bandwidth('map/relu-mul-add', 4, [BIG, BIG, BIG], (a, b, c) => nn.relu(a.mul(b).add(c))),
  bandwidth('map/bias-add', 2, [BIG, [columns]], (x, y) => x.add(y)),
  bandwidth('softmax', 2, [BIG], (x) => nn.softmax(x, -1)),
  bandwidth('layerNormalization', 2, [BIG, [columns], [columns]], layerNorm),
  bandwidth('sum-axis0', 1, [BIG], (x) => x.sum(0)),
  bandwidth('sum-axis1', 1, [BIG], (x) => x.sum(1)),
  ...steps('train/mlp-momentum', () => mlpStep(uniform, { adam: false, batch: SIZES.mlp })),
  ...steps('train/mlp-adam', () => mlpStep(uniform, { adam: true, batch: SIZES.mlp })),
  add('dispatch/eager add of 16', (x, y) => x.add(y)),
  add('dispatch/captured add of 16', jit((x, y) => x.add(y))),
])
// Dawn would keep the process waiting.
process.exit()
