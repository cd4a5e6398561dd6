/** The WebGPU backend against the whole conformance kit, in Node through Dawn. */
import { describeBackend } from '@nabla/conformance'
import { WebgpuBackend } from './backend.js'
import { openTestDevice } from './testing/device.js'

describeBackend('webgpu', async () => new WebgpuBackend(await openTestDevice()))
