/** Layouts of bind groups: how many buffers, which of them are written, and how many uniform words. Shaders share them. */
import type { Binding } from '../plan/plan.js'

/** Bytes between uniform slots: what every device can bind at. */
export const SLOT_BYTES = 256

/** `GPUShaderStage.COMPUTE`, which Node has no global for. */
const COMPUTE = 4

export interface Layout {
  readonly id: number
  readonly group: GPUBindGroupLayout
  readonly pipeline: GPUPipelineLayout
  /** Bytes of the uniform words: whole slots. */
  readonly uniformBytes: number
}

export class Layouts {
  readonly #device: GPUDevice
  readonly #layouts = new Map<string, Layout>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  of(bindings: readonly Binding[], words: number): Layout {
    const uniformBytes = Math.ceil((4 * words) / SLOT_BYTES) * SLOT_BYTES
    const key = `${uniformBytes}${bindings.map(({ access }) => (access === 'read' ? 'r' : 'w')).join('')}`
    const known = this.#layouts.get(key)
    if (known !== undefined) return known
    const entries: GPUBindGroupLayoutEntry[] = [
      {
        binding: 0,
        visibility: COMPUTE,
        buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: uniformBytes },
      },
    ]
    bindings.forEach(({ access }, number) => {
      const type = access === 'read' ? 'read-only-storage' : 'storage'
      entries.push({ binding: number + 1, visibility: COMPUTE, buffer: { type } })
    })
    const group = this.#device.createBindGroupLayout({ entries, label: key })
    const pipeline = this.#device.createPipelineLayout({ bindGroupLayouts: [group], label: key })
    const layout = { id: this.#layouts.size, group, pipeline, uniformBytes }
    this.#layouts.set(key, layout)
    return layout
  }
}
