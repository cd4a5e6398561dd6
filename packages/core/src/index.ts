/**
 * @nabla/core: tensors, operations and gradients.
 */
export { Tensor } from './tensor.js'
export * from './ops/elementwise/arithmetic.js'
export * from './ops/creation/tensor.js'
export * from './autograd/gradient.js'
export { setDefaultBackend, setDefaultBackendFactory, defaultBackend } from './engine/default-backend.js'
export { Variable, type VariableOptions } from './variable.js'
export { memory, reportLeaks } from './engine/storage.js'
