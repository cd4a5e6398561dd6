/**
 * @nabla/backend-wasm: the backend on WebAssembly, whose kernels are assembled when they are first needed.
 */
export { ModuleBuilder } from './assembler/index.js'
