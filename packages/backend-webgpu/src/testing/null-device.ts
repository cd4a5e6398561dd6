/**
 * A device without a GPU, which has every feature: Dawn checks shaders and runs nothing. For shaders that the software
 * device of the tests can't run, those with `f16` above all.
 */
import type { Dispatch } from '../plan/plan.js'
import { FIRST_WORD, moduleText } from '../wgsl/module.js'

// Kept: Dawn aborts the process when its instance is collected while a device lives.
let gpu: GPU | undefined

export async function openNullDevice(requiredFeatures: Iterable<GPUFeatureName>): Promise<GPUDevice> {
  const { create } = (await import('webgpu')) as { create: (options: string[]) => GPU }
  gpu ??= create(['backend=null'])
  const adapter = await gpu.requestAdapter()
  if (adapter === null) throw new Error('no WebGPU adapter of the null backend')
  return adapter.requestDevice({ requiredFeatures })
}

/** What a device has to say against the shader of a dispatch; `undefined` if it is valid. */
export async function shaderError(device: GPUDevice, dispatch: Dispatch): Promise<string | undefined> {
  const { shader, bindings, words } = dispatch
  const code = moduleText(shader, bindings, FIRST_WORD + words.length)
  device.pushErrorScope('validation')
  device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } })
  const error = await device.popErrorScope()
  return error === null ? undefined : `${dispatch.label}: ${error.message}\n${code}`
}
