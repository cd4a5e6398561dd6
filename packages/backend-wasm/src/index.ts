/**
 * @nabla/backend-wasm: the backend on WebAssembly, whose kernels are assembled when they are first needed.
 */
export { createWasmBackend, type WasmBackendOptions, wasmBackendFactory } from './backend.js'
export { WasmBuffer } from './buffer.js'
