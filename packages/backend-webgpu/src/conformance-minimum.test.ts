/** The WebGPU backend against the whole conformance kit, on a device with no more than the specification's defaults. */
import { describeBackend } from '@nabla/conformance'
import { createWebgpuBackend } from './factory.js'
import { onGpu } from './testing/device.js'

onGpu('conformance of webgpu-minimum', () => {
  describeBackend('webgpu-minimum', () => createWebgpuBackend({ allowSoftware: true, limits: 'minimum' }), {
    print: 'summary',
  })
})
