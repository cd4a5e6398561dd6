/**
 * A program of its own process, for worker-memory.test.ts: a long training through a worker, whose loss is read now and then,
 * and what the process takes on the way. It ends without disposing of anything.
 */

import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import {
  jit,
  memory,
  setDefaultBackend,
  setSeed,
  type Tensor,
  tensorFrom,
  variableGradients,
} from '@nabla/core'
import { layers, sequential, sparseCategoricalCrossEntropy } from '@nabla/nn'
import { adam } from '@nabla/optim'
import { createWorkerBackend } from '../worker-backend.js'
import { usedMegabytes } from './used-memory.js'

/** What there is at one moment. */
export interface Moment {
  readonly tensors: number
  /** As the backend counts. */
  readonly buffers: number
  readonly bytes: number
  /** That the calling thread uses, and the worker. */
  readonly megabytes: { readonly main: number; readonly worker: number }
}

const BATCH = 16
const IMAGES = Float32Array.from({ length: BATCH * 64 }, (_, i) => Math.sin(i))
const LABELS = Int32Array.from({ length: BATCH }, (_, i) => i % 10)

/** A step of training of a small network. */
function makeStep(): (x: Tensor, y: Tensor) => Tensor {
  const optimizer = adam()
  const model = sequential([layers.dense(16, { activation: 'relu' }), layers.dense(10)], { inputShape: [64] })
  const { variables } = model
  return (x, y) => {
    const { value, gradients } = variableGradients(
      () => sparseCategoricalCrossEntropy(model.call(x, { training: true }), y, { fromLogits: true }),
      variables,
    )
    optimizer.apply(gradients, variables)
    return value
  }
}

const [how, steps] = process.argv.slice(2)
const { port1, port2 } = new MessageChannel()
const worker = new Worker(new URL('./watched-worker.js', import.meta.url), {
  workerData: port2,
  transferList: [port2],
})
const backend = await createWorkerBackend({ worker, backend: 'wasm', threads: 1 })
setDefaultBackend(backend)
setSeed(3)
const step = how === 'captured' ? jit(makeStep()) : makeStep()
const moments: Moment[] = []
for (let i = 1; i <= Number(steps); i++) {
  const x = tensorFrom(IMAGES, [BATCH, 64])
  const y = tensorFrom(LABELS, [BATCH])
  const loss = step(x, y)
  if (i % 100 === 0) await loss.item()
  for (const each of [x, y, loss]) if (!each.isDisposed) each.dispose()
  if (i % (Number(steps) / 4) !== 0) continue
  const { buffers, bytes } = backend.memory()
  port1.postMessage('how much?')
  const [used] = await once(port1, 'message')
  moments.push({
    tensors: memory().tensors,
    buffers,
    bytes,
    megabytes: { main: usedMegabytes(), worker: used },
  })
}
port1.close()
console.log(JSON.stringify(moments))
