/**
 * The rows of `pnpm bench:gpu`: products of squares, kernels that are bound by memory, whole steps, and what a dispatch
 * costs.
 */
import {
  type Backend,
  contiguous,
  jit,
  layers,
  relu,
  softmax,
  type Tensor,
  tensorFrom,
  transpose,
  uniform,
} from 'nabla'
import type { Row } from '../measure.js'
import { trainingRowsOf } from '../rows/training.js'
import { transformerRowsOf } from '../rows/transformer.js'
import type { Load, Queue } from './measure.js'
import type { GpuSizes } from './sizes.js'

function queueOf(backend: Backend, inputs: readonly Tensor[], run: () => Tensor, done = () => {}): Queue {
  return {
    enqueue: () => run().dispose(),
    finish: () => backend.synchronize(),
    dispose() {
      for (const input of inputs) input.dispose()
      done()
    },
  }
}

function product(backend: Backend, size: number): Load {
  return {
    name: `matmul/${size}`,
    work: 2 * size ** 3,
    unit: 'TFLOP/s',
    prepare() {
      const [a, b] = [uniform([size, size]), uniform([size, size])]
      return queueOf(backend, [a, b], () => a.matmul(b))
    },
  }
}

/** @param bytes that the kernel moves */
function bandwidth(
  backend: Backend,
  name: string,
  bytes: number,
  shapes: readonly number[][],
  compute: (...inputs: Tensor[]) => Tensor,
): Load {
  return {
    name,
    work: bytes,
    unit: 'GB/s',
    prepare() {
      const inputs = shapes.map((shape): Tensor => uniform(shape))
      const captured = jit((...given: Tensor[]) => compute(...given))
      return queueOf(
        backend,
        inputs,
        () => captured(...inputs),
        () => captured.dispose(),
      )
    },
  }
}

function bandwidthRows(backend: Backend, { rows, columns }: GpuSizes): Load[] {
  const big = [rows, columns]
  const array = 4 * rows * columns
  const normalization = layers.layerNormalization()
  return [
    bandwidth(backend, 'map/scale (copy)', 2 * array, [big], (x) => x.mul(2)),
    bandwidth(backend, 'map/relu-mul-add', 4 * array, [big, big, big], (a, b, c) =>
      relu(a?.mul(b as Tensor).add(c as Tensor) as Tensor),
    ),
    bandwidth(backend, 'map/bias-add', 2 * array, [big, [columns]], (x, y) => x.add(y as Tensor)),
    bandwidth(backend, 'softmax', 2 * array, [big], (x) => softmax(x)),
    bandwidth(backend, 'layerNormalization', 2 * array, [big], (x) => normalization.call(x)),
    bandwidth(backend, 'sum-axis0', array, [big], (x) => x.sum(0)),
    bandwidth(backend, 'sum-axis1', array, [big], (x) => x.sum(1)),
    bandwidth(backend, 'transpose', 2 * array, [big], (x) => contiguous(transpose(x))),
  ]
}

/** A whole step, each awaited before the next, or queued one behind the other. */
function step(backend: Backend, { name, prepare }: Row, mode: 'awaited' | 'queued'): Load {
  return {
    name: `${name} ${mode}`,
    work: 1,
    unit: 'ms',
    async prepare() {
      const run = await prepare('captured')
      let last: void | Promise<void>
      let chain = Promise.resolve()
      return {
        enqueue() {
          if (mode === 'queued') last = run.once()
          else chain = chain.then(() => run.once())
        },
        async finish() {
          await chain
          await last
          await backend.synchronize()
        },
        dispose: () => run.dispose?.(),
      }
    },
  }
}

function dispatchRows(backend: Backend): Load[] {
  const small = (): Tensor => tensorFrom(new Float32Array(16).fill(1), [16])
  return [
    {
      name: 'dispatch/eager add of 16',
      work: 1,
      unit: 'us',
      prepare() {
        const [a, b] = [small(), small()]
        return queueOf(backend, [a, b], () => a.add(b))
      },
    },
    {
      name: 'dispatch/captured add of 16',
      work: 1,
      unit: 'us',
      prepare() {
        const [a, b] = [small(), small()]
        const add = jit((x: Tensor, y: Tensor) => x.add(y))
        return queueOf(
          backend,
          [a, b],
          () => add(a, b),
          () => add.dispose(),
        )
      },
    },
  ]
}

export function gpuRows(backend: Backend, sizes: GpuSizes): Load[] {
  const steps = [...trainingRowsOf(sizes.steps), ...transformerRowsOf(sizes.steps)]
  return [
    ...sizes.squares.map((size) => product(backend, size)),
    ...bandwidthRows(backend, sizes),
    ...steps.flatMap((row) => [step(backend, row, 'awaited'), step(backend, row, 'queued')]),
    ...dispatchRows(backend),
  ]
}
