/**
 * Making WebGPU backends: by function, and by name through the registry. Kernels and queue are loaded when there is a GPU: a
 * page that only asks what there is stays small.
 */
import { BackendError, type BackendFactory } from '@nabla/backend'
import type { WebgpuBackend } from './backend.js'
import { detailsOf } from './device/facts.js'
import { findAdapter, type OpenOptions, openDevice } from './device/open.js'
import type { AxisCall } from './kernels/planner.js'
import type { Planner } from './plan/plan.js'

export interface WebgpuBackendOptions extends OpenOptions {
  /**
   * Whether kernels that work along an axis are loaded: pooling, scans, gathering and scattering by indices, sorting. Default
   * true. A page that needs none of them, as training of dense layers doesn't, has an eighth less to download without.
   */
  readonly alongAxis?: boolean
}

const refuse: Planner<AxisCall> = ({ label, kind }) => {
  throw new BackendError(label, {
    expected: `a backend with kernels along an axis, for a call of the kind ${kind}`,
    received: 'one that was created without them',
    fix: 'leave out `alongAxis: false` where the backend is created',
  })
}

/**
 * A backend on the GPU. Several may exist side by side, each with a device of its own.
 *
 * @throws BackendError where no GPU can be had, with the reason
 * @example
 * const backend = await createWebgpuBackend()
 */
export async function createWebgpuBackend(options: WebgpuBackendOptions = {}): Promise<WebgpuBackend> {
  const device = await openDevice(options)
  const [{ WebgpuBackend, plannerOf }, { planAlongAxis }] = await Promise.all([
    import('./backend.js'),
    options.alongAxis === false ? { planAlongAxis: refuse } : import('./kernels/axis/plan-axis.js'),
  ])
  return new WebgpuBackend(device, plannerOf(planAlongAxis))
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
