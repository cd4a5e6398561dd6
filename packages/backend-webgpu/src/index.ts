/** @nabla/backend-webgpu: kernels in WGSL, on the GPU of a browser or, through Dawn, of Node. */
export { WebgpuBackend } from './backend.js'
export type { Limits } from './device/limits.js'
export { createWebgpuBackend, type WebgpuBackendOptions, webgpuBackendFactory } from './factory.js'
