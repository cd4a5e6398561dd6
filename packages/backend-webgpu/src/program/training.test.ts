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

function batch(seed: number): [Tensor, Tensor] {
  return [
    tensorFrom(
      Float32Array.from({ length: BATCH * 64 }, (_, i) => Math.sin(i * seed)),
      [BATCH, 64],
    ),
    tensorFrom(
      Int32Array.from({ length: BATCH }, (_, i) => (i * seed) % 10),
      [BATCH],
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
      const { submits, dispatches } = backend.statistics()
      const loss = step(x, y)
      expect(backend.statistics().submits - submits).toBe(1)
      expect(backend.statistics().dispatches - dispatches).toBe(11)
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
