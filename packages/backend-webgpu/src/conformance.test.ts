/** The WebGPU backend against the whole conformance kit, with all that the adapter gives. */
import { describeBackend } from '@nabla/conformance'
import { createWebgpuBackend } from './factory.js'
import { onGpu } from './testing/device.js'

onGpu('conformance of webgpu', () => {
  describeBackend('webgpu', () => createWebgpuBackend({ allowSoftware: true }))
})
