/** Backends without kernels along an axis: what needs none of them runs, and the rest says what to do. */
import { cumsum, relu, setDefaultBackend, sort, tensor, Variable, variableGradients } from '@nabla/core'
import { expect, it } from 'vitest'
import { createWebgpuBackend } from './factory.js'
import { describeOnGpu } from './testing/device.js'

describeOnGpu('a backend without kernels along an axis', () => {
  it('trains dense layers, and refuses what it has no kernels for', async () => {
    const backend = await createWebgpuBackend({ allowSoftware: true, alongAxis: false })
    setDefaultBackend(backend)
    const weights = new Variable(tensor([[1, -1]]))
    const x = tensor([[2], [3]])
    const { value, gradients } = variableGradients(() => relu(x.matmul(weights.value)).sum(), [weights])
    expect([await value.item(), await gradients[0]?.array()]).toEqual([5, [[5, 0]]])
    for (const operation of [() => sort(x), () => cumsum(x, 0)]) {
      expect(operation).toThrow(
        /expected a backend with kernels along an axis.*leave out `alongAxis: false`/s,
      )
    }
    await backend.dispose()
  })
})
