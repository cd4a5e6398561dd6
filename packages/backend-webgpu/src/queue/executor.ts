/** The simplest executor: one submit for each dispatch. To be replaced by the real queue. */

import { storageOf } from '../buffer.js'
import type { Dispatch, KernelPlan, Place } from '../plan/plan.js'
import { FIRST_WORD, moduleText } from '../wgsl/module.js'

export interface Pipelines {
  pipelineOf(dispatch: Dispatch): GPUComputePipeline
}

export class Executor {
  readonly #device: GPUDevice
  readonly #owner: object
  readonly #pipelines = new Map<string, GPUComputePipeline>()
  readonly #faults: GPUBuffer
  readonly #pendingFaults: ((value: number) => Error)[] = []

  constructor(device: GPUDevice, owner: object) {
    this.#device = device
    this.#owner = owner
    this.#faults = device.createBuffer({ size: 8, usage: 0x80 | 0x4 | 0x8 })
  }

  #pipelineOf({ shader, bindings, words }: Dispatch): GPUComputePipeline {
    const signature = bindings.map(({ element, access }) => `${element}:${access}`).join(',')
    const key = `${shader.key}|${signature}`
    const known = this.#pipelines.get(key)
    if (known !== undefined) return known
    const code = moduleText(shader, bindings, FIRST_WORD + words.length)
    const module = this.#device.createShaderModule({ code })
    void module.getCompilationInfo().then(({ messages }) => {
      for (const { type, message, lineNum } of messages) {
        if (type === 'error') console.error(`${key}: line ${lineNum}: ${message}\n${code}`)
      }
    })
    const pipeline = this.#device.createComputePipeline({ layout: 'auto', compute: { module } })
    this.#pipelines.set(key, pipeline)
    return pipeline
  }

  run(plan: KernelPlan, scalars: readonly number[] = []): void {
    void scalars
    const scratch = new Map<Place, GPUBuffer>()
    const memoryOf = (place: Place): GPUBuffer => {
      if (place.kind === 'buffer') return storageOf(place.buffer, this.#owner, 'run')
      if (place.kind === 'faults') return this.#faults
      const known = scratch.get(place)
      if (known) return known
      const made = this.#device.createBuffer({ size: Math.max(16, place.words * 4), usage: 0x80 })
      scratch.set(place, made)
      return made
    }
    for (const dispatch of plan) {
      if (dispatch.groups === 0) continue
      const pipeline = this.#pipelineOf(dispatch)
      const code = dispatch.fault === undefined ? 0 : this.#pendingFaults.push(dispatch.fault)
      const words = new Uint32Array([dispatch.groups, 0x7f800000, 0x7fc00000, code, ...dispatch.words])
      const size = Math.ceil(words.length / 4) * 16
      const uniforms = this.#device.createBuffer({ size, usage: 0x40 | 0x8 })
      this.#device.queue.writeBuffer(uniforms, 0, words)
      const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: { buffer: uniforms } }]
      dispatch.bindings.forEach(({ place }, number) => {
        entries.push({ binding: number + 1, resource: { buffer: memoryOf(place) } })
      })
      const encoder = this.#device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
      const x = Math.min(dispatch.groups, 65535)
      pass.dispatchWorkgroups(x, Math.ceil(dispatch.groups / x))
      pass.end()
      this.#device.queue.submit([encoder.finish()])
    }
  }

  async copyOut(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const start = offset - (offset % 4)
    const size = Math.ceil((offset - start + bytes) / 4) * 4
    const staging = this.#device.createBuffer({ size: size + 8, usage: 0x1 | 0x8 })
    const encoder = this.#device.createCommandEncoder()
    if (size > 0) encoder.copyBufferToBuffer(source, start, staging, 0, size)
    encoder.copyBufferToBuffer(this.#faults, 0, staging, size, 8)
    this.#device.queue.submit([encoder.finish()])
    await staging.mapAsync(1)
    const copy = staging.getMappedRange().slice(0)
    staging.destroy()
    const [code = 0, value = 0] = new Uint32Array(copy, size, 2)
    if (code !== 0) {
      this.#device.queue.writeBuffer(this.#faults, 0, new Uint32Array(2))
      throw this.#pendingFaults[code - 1]?.(value) ?? new Error('webgpu: unknown fault')
    }
    return copy.slice(offset - start, offset - start + bytes)
  }
}
