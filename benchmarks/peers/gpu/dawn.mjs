/**
 * WebGPU as a browser has it, for libraries that know no other: `navigator.gpu` and its classes, from Dawn. Import it first.
 */
import { create, globals } from 'webgpu'

// As Nabla's own backend asks for it in Node.
const gpu = create(['enable-dawn-features=disable_workgroup_init'])
Object.assign(globalThis, globals)
if (globalThis.navigator === undefined) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Node', gpu } })
} else {
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu })
}

const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
if (adapter === null) throw new Error('there is no GPU that Dawn could use (no adapter); is there a Vulkan driver and loader?')
const { vendor, architecture, description, device } = adapter.info
console.log(`adapter: ${[vendor, architecture, description || device].join(' ')}`)
