/**
 * Memory over 10,000 training steps: live tensors, their bytes and the backend's bytes stay exactly flat in each way of
 * writing a training loop and on each backend, with no dispose anywhere.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { createWasmBackend } from '@nabla/backend-wasm'
import { type Backend, memory, setDefaultBackend, setSeed, tensor, variableGradients } from '@nabla/core'
import { ArrayDataset, DataLoader } from '@nabla/data'
import { adam, sgd } from '@nabla/optim'
import { beforeEach, describe, expect, test } from 'vitest'
import { dense } from '../layers/index.js'
import { meanSquaredError } from '../losses/index.js'
import { sequential } from '../models/sequential.js'
import { QUIET } from './testing/sectors.js'

const STEPS = 10_000
/** Seconds on an idle machine; far more where other work goes on. */
const TIMEOUT = { timeout: 120_000 }
const WARM_UP = 100

let backend: Backend
/** Held, so that none of it is collected while the next test counts. */
const held: unknown[] = []

/** Everything that must not grow. */
function footprint(): {
  tensors: number
  bytes: number
  backendBytes: number
  buffers: number
  leaked: number
} {
  const { tensors, bytes, leaked } = memory()
  const { bytes: backendBytes, buffers } = backend.memory()
  return { tensors, bytes, backendBytes, buffers, leaked }
}

/** Looks at memory after the warm-up and every 1,000 steps from then on. */
function watcher(): (step: number) => void {
  let flat: ReturnType<typeof footprint> | undefined
  let looks = 0
  return (step) => {
    if (step === WARM_UP) flat = footprint()
    if (step <= WARM_UP || step % 1000 !== 0) return
    expect(footprint()).toEqual(flat)
    looks += 1
    if (step === STEPS) expect(looks).toBe(10)
  }
}

const data = ArrayDataset.fromArrays({
  inputs: Array.from({ length: 100 }, (_, i) => [Math.sin(i), Math.cos(i)]),
  targets: Array.from({ length: 100 }, (_, i) => [Math.sin(2 * i)]),
})

const backends = [
  ['cpu', createCpuBackend],
  ['wasm', createWasmBackend],
] as const

describe.each(backends)('memory stays flat on %s in', (_, createBackend) => {
  beforeEach(() => {
    backend = createBackend()
    setDefaultBackend(backend)
    setSeed(5)
  })

  test('fit', TIMEOUT, async () => {
    const model = sequential([dense(1)], { inputShape: [2] })
    model.compile({ optimizer: sgd({ momentum: 0.9 }), loss: 'meanSquaredError' })
    held.push(model)
    const look = watcher()
    const onBatchEnd = () => look(model.trainer.optimizer.iterations)
    await model.fit(data, { epochs: STEPS / 100, batchSize: 1, callbacks: [{ onBatchEnd }], ...QUIET })
    expect(model.trainer.optimizer.iterations).toBe(STEPS)
  })

  test('a loop by hand over a loader', TIMEOUT, async () => {
    const model = sequential([dense(1)], { inputShape: [2] })
    const optimizer = adam()
    const loader = new DataLoader(data, { batchSize: 1, shuffle: true })
    held.push(model, optimizer, loader)
    const look = watcher()
    let sum = 0
    for (let epoch = 0; epoch < STEPS / 100; epoch++) {
      for await (const { inputs, targets } of loader) {
        const { value, gradients } = variableGradients(
          () => meanSquaredError(model.call(inputs, { training: true }), targets),
          model.trainableVariables,
        )
        optimizer.apply(gradients, model.trainableVariables)
        if (optimizer.iterations % 50 === 0) sum += await value.item()
        look(optimizer.iterations)
      }
    }
    expect(optimizer.iterations).toBe(STEPS)
    expect(sum).toBeGreaterThan(0)
  })

  test('a loop by hand without a loader', TIMEOUT, async () => {
    const model = sequential([dense(1)], { inputShape: [2] })
    const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 })
    const [inputs, targets] = [tensor([[1, 2]]), tensor([[3]])]
    held.push(model, optimizer, inputs, targets)
    const look = watcher()
    let last = Number.NaN
    for (let step = 1; step <= STEPS; step++) {
      const { value, gradients } = variableGradients(
        () => meanSquaredError(model.call(inputs, { training: true }), targets),
        model.trainableVariables,
      )
      optimizer.apply(gradients, model.trainableVariables)
      if (step % 50 === 0) last = await value.item()
      look(step)
    }
    expect(last).toBeLessThan(1)
  })
})
