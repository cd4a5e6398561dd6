/**
 * @nabla/backend-cpu: the backend on typed arrays, in plain TypeScript.
 */
export { type CpuBackendOptions, cpuBackendFactory, createCpuBackend } from './backend.js'
export { CpuBuffer } from './buffer.js'
