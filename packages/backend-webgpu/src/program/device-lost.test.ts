/** A GPU that is lost in the middle of training: `fit` says so, or goes on on another. */

import { DeviceLostError } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, type Tensor, tensorFrom } from '@nabla/core'
import { layers, sequential } from '@nabla/nn'
import { adam } from '@nabla/optim'
import { afterAll, expect, it } from 'vitest'
import { WebgpuBackend } from '../backend.js'
import { describeOnGpu, openTestDevice } from '../testing/device.js'
import { planCall } from '../testing/plan-call.js'

const { dense } = layers

const model = () =>
  sequential([dense(8, { activation: 'relu' }), dense(3)], { inputShape: [4] }).compile({
    optimizer: adam({ learningRate: 0.05 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
  })

function data(): [Tensor, Tensor] {
  const backend = createCpuBackend()
  const x = Float32Array.from({ length: 32 * 4 }, (_, i) => Math.sin(i))
  const y = Int32Array.from({ length: 32 }, (_, i) => i % 3)
  return [tensorFrom(x, [32, 4], { backend }), tensorFrom(y, [32], { backend })]
}

const OPTIONS = { epochs: 3, batchSize: 8, verbose: 0 } as const

describeOnGpu('a GPU that is lost in training', () => {
  afterAll(() => setDefaultBackend(createCpuBackend()))

  /** Trains on a device that is destroyed in the second epoch. */
  async function train(options: { onDeviceLost?: () => Promise<WebgpuBackend> }) {
    const device = await openTestDevice()
    setDefaultBackend(new WebgpuBackend(device, planCall))
    let steps = 0
    const lose = {
      onBatchEnd() {
        steps += 1
        if (steps === 6) device.destroy()
      },
    }
    return model().fit(...data(), { ...OPTIONS, ...options, callbacks: [lose] })
  }

  it('is an error', async () => {
    await expect(train({})).rejects.toThrow(DeviceLostError)
  })

  it('is replaced, and training goes on with the weights of the last epoch', async () => {
    const made: WebgpuBackend[] = []
    const history = await train({
      async onDeviceLost() {
        const next = new WebgpuBackend(await openTestDevice(), planCall)
        made.push(next)
        return next
      },
    })
    expect(made).toHaveLength(1)
    const losses = history.values('loss')
    expect(losses).toHaveLength(3)
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
    await made[0]?.dispose()
  })
})
