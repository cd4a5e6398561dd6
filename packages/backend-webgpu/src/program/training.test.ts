/** Training steps as captured programs: what a step costs on the device, however its batches arrive. */
import { jit, setDefaultBackend, type Tensor, tensorFrom, variableGradients } from '@nabla/core'
import { layers, type Sequential, sequential, sparseCategoricalCrossEntropy } from '@nabla/nn'
import { adam } from '@nabla/optim'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebgpuBackend } from '../backend.js'
import { createWebgpuBackend } from '../factory.js'
import { describeOnGpu } from '../testing/device.js'

const { dense } = layers

const BATCH = 8

/** A step of training two dense layers with Adam, whose learning rate and corrections change from step to step. */
function stepOf(model: Sequential) {
  const optimizer = adam({ learningRate: 0.01 })
  const variables = model.trainableVariables
  return jit((x: Tensor, y: Tensor): Tensor => {
    const { value, gradients } = variableGradients(
      () => sparseCategoricalCrossEntropy(model.call(x, { training: true }), y, { fromLogits: true }),
      variables,
    )
    optimizer.apply(gradients, variables)
    return value
  })
}

function batch(seed: number, size = BATCH, width = 64): [Tensor, Tensor] {
  return [
    tensorFrom(
      Float32Array.from({ length: size * width }, (_, i) => Math.sin(i * seed)),
      [size, width],
    ),
    tensorFrom(
      Int32Array.from({ length: size }, (_, i) => (i * seed) % 10),
      [size],
    ),
  ]
}

describeOnGpu('a training step', () => {
  let backend: WebgpuBackend
  beforeEach(async () => {
    backend = await createWebgpuBackend({ allowSoftware: true })
    setDefaultBackend(backend)
  })
  afterEach(() => backend.dispose())

  const mlp = () => sequential([dense(32, { activation: 'relu' }), dense(10)], { inputShape: [64] })

  it('is one submission, and makes nothing after the first', async () => {
    const step = stepOf(mlp())
    const [x, y] = batch(1)
    const losses: number[] = []
    for (let i = 0; i < 2; i++) losses.push(await step(x, y).item())
    const before = backend.statistics()
    for (let i = 0; i < 3; i++) {
      const { submits } = backend.statistics()
      const loss = step(x, y)
      expect(backend.statistics().submits - submits).toBe(1)
      losses.push(await loss.item())
    }
    const { buffers, bindGroups, pipelines } = backend.statistics()
    expect({ buffers, bindGroups, pipelines }).toEqual({
      buffers: before.buffers,
      bindGroups: before.bindGroups,
      pipelines: before.pipelines,
    })
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
  })

  it('of the MLP 784-512-10 with batches of 128 is 11 dispatches', { timeout: 60_000 }, async () => {
    const model = sequential([dense(512, { activation: 'relu' }), dense(10)], { inputShape: [784] })
    const step = stepOf(model)
    const [x, y] = batch(1, 128, 784)
    for (let i = 0; i < 2; i++) await step(x, y).item()
    const before = backend.statistics()
    await step(x, y).item()
    const { submits, dispatches, buffers, bindGroups } = backend.statistics()
    expect(dispatches - before.dispatches).toBe(11)
    // Another one reads the loss.
    expect(submits - before.submits).toBe(2)
    expect({ buffers, bindGroups }).toEqual({ buffers: before.buffers, bindGroups: before.bindGroups })
  })

  it('stays so when every batch comes in a tensor of its own, as from a loader', async () => {
    const step = stepOf(mlp())
    const run = async (seed: number): Promise<number> => {
      const [x, y] = batch(seed)
      const loss = await step(x, y).item()
      x.dispose()
      y.dispose()
      return loss
    }
    for (let seed = 1; seed < 4; seed++) await run(seed)
    const before = backend.statistics()
    const { bytes, pooledBytes } = backend.memory()
    for (let seed = 4; seed < 12; seed++) expect(await run(seed)).toBeGreaterThan(0)
    const { buffers, bindGroups, pipelines } = backend.statistics()
    expect({ buffers, bindGroups, pipelines }).toEqual({
      buffers: before.buffers,
      bindGroups: before.bindGroups,
      pipelines: before.pipelines,
    })
    expect(backend.memory()).toMatchObject({ bytes, pooledBytes })
  })

  it('can be queued ahead', async () => {
    const step = stepOf(mlp())
    const [x, y] = batch(1)
    const losses = await Promise.all(Array.from({ length: 20 }, () => step(x, y).item()))
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
    expect(new Set(losses).size).toBe(20)
  })
})
