/** How a device forms subgroups: that it is looked at, and that one with an order of its own does without. */
import { afterEach, expect, it, vi } from 'vitest'
import { onGpu, openTestDevice } from '../testing/device.js'
import { openDevice } from './open.js'
import { areSubgroupsInOrder } from './subgroups.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A device whose shaders, as far as can be seen, all write `word`. */
function deviceThatFinds(word: number, requiredFeatures: Iterable<string>) {
  const buffer = {
    mapAsync: async () => {},
    getMappedRange: () => Uint32Array.of(word).buffer,
    destroy() {},
  }
  const pass = { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} }
  return {
    features: new Set(requiredFeatures),
    createShaderModule: () => ({}),
    createComputePipelineAsync: async () => ({ getBindGroupLayout: () => ({}) }),
    createBuffer: () => buffer,
    createBindGroup: () => ({}),
    createCommandEncoder: () => ({
      beginComputePass: () => pass,
      copyBufferToBuffer() {},
      finish: () => ({}),
    }),
    queue: { submit() {} },
    lost: new Promise(() => {}),
    destroy() {},
  }
}

it.each([
  [0, ['subgroups', 'timestamp-query']],
  [1, ['timestamp-query']],
])('an adapter whose device finds %i is opened with %j', async (word, expected) => {
  const adapter = {
    info: { vendor: 'nvidia' },
    limits: {},
    features: new Set(expected).add('subgroups'),
    requestDevice: async ({ requiredFeatures = [] }: GPUDeviceDescriptor) =>
      deviceThatFinds(word, requiredFeatures),
  }
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } })
  expect([...(await openDevice()).features]).toEqual(expected)
})

onGpu('the device of the tests', () => {
  it('has subgroups in order, if it has any', async () => {
    const device = await openTestDevice()
    if (device.features.has('subgroups')) expect(await areSubgroupsInOrder(device)).toBe(true)
    device.destroy()
  })
})
