/**
 * Making WebGPU backends: by function, and by name through the registry. Kernels and queue are loaded when there is a GPU: a
 * page that only asks what there is stays small.
 */
import type { BackendFactory } from '@nabla/backend'
import type { WebgpuBackend } from './backend.js'
import { detailsOf } from './device/facts.js'
import { findAdapter, type OpenOptions, openDevice } from './device/open.js'

export interface WebgpuBackendOptions extends OpenOptions {}

/**
 * A backend on the GPU. Several may exist side by side, each with a device of its own.
 *
 * @throws BackendError where no GPU can be had, with the reason
 * @example
 * const backend = await createWebgpuBackend()
 */
export async function createWebgpuBackend(options: WebgpuBackendOptions = {}): Promise<WebgpuBackend> {
  const device = await openDevice(options)
  const { WebgpuBackend } = await import('./backend.js')
  return new WebgpuBackend(device)
}

/** For `registerBackend`: name `webgpu`, before `wasm`. */
export const webgpuBackendFactory: BackendFactory = {
  name: 'webgpu',
  priority: 20,
  probe: async (options) => {
    const found = await findAdapter(options)
    const adapter = 'adapter' in found ? found.adapter : found.refused
    const details = adapter === undefined ? [] : detailsOf(adapter.info ?? {}, adapter)
    return 'reason' in found
      ? { available: false, reason: found.reason, details }
      : { available: true, details }
  },
  create: ({ allowSoftware }) => createWebgpuBackend(allowSoftware === undefined ? {} : { allowSoftware }),
}
