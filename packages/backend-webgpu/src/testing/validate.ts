/**
 * WGSL checked by Dawn's compiler on a device that computes nothing but has every feature: quick, and the only way to try
 * texts with `f16` where the software device lacks it.
 */
import type { Dispatch } from '../plan/plan.js'
import { FIRST_WORD, moduleText } from '../wgsl/module.js'

// Kept: Dawn aborts the process when its instance is collected while a device lives.
let gpu: GPU | undefined

export class Validator {
  private constructor(private readonly device: GPUDevice) {}

  static async open(): Promise<Validator> {
    const { create } = (await import('webgpu')) as { create: (options: string[]) => GPU }
    gpu ??= create(['backend=null'])
    const adapter = await gpu.requestAdapter()
    if (adapter === null) throw new Error('no null adapter')
    return new Validator(await adapter.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups'] }))
  }

  /** What is wrong with the text of a dispatch; empty where nothing is. */
  async errors({ shader, bindings, words }: Dispatch): Promise<string> {
    const code = moduleText(shader, bindings, FIRST_WORD + words.length)
    this.device.pushErrorScope('validation')
    const module = this.device.createShaderModule({ code })
    this.device.createComputePipeline({ layout: 'auto', compute: { module } })
    const error = await this.device.popErrorScope()
    return error === null ? '' : `${error.message}\n${code}`
  }
}
