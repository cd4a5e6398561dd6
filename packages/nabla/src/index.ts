/**
 * nabla: everything in one package, with a backend ready to use.
 *
 * Importing it makes the cpu backend the default until `configure()` chooses another: the one side effect, declared in
 * package.json.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackendFactory } from '@nabla/core'

setDefaultBackendFactory(() => createCpuBackend())

export {
  type BackendFactory,
  type BackendPreference,
  checked,
  createBackend,
  createNullBackend,
  formatProfile,
  profile,
  registerBackend,
  registeredBackends,
} from '@nabla/backend'
export { createCpuBackend } from '@nabla/backend-cpu'
export * from '@nabla/core'
export * from '@nabla/data'
export * from '@nabla/io'
export * from '@nabla/nn'
export * from '@nabla/optim'
export type { Configuration } from './configuration.js'
export { type Configured, type ConfigureOptions, configure, describeBackends } from './configure.js'
