/** The backends that come with Nabla. */
import { registerBackend, registeredBackends } from '@nabla/backend'
import { cpuBackendFactory } from '@nabla/backend-cpu'
import { wasmBackendFactory } from '@nabla/backend-wasm'
import { webgpuBackendFactory } from '@nabla/backend-webgpu'

/** Registers the backends that come with Nabla; a backend registered under the same name before stays. */
export function registerOwnBackends(): void {
  const known = new Set(registeredBackends().map(({ name }) => name))
  for (const factory of [webgpuBackendFactory, wasmBackendFactory, cpuBackendFactory]) {
    if (!known.has(factory.name)) registerBackend(factory)
  }
}
