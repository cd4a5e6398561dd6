/**
 * @nabla/core: tensors, operations and gradients.
 */
export { Tensor } from './tensor.js'
export { type ElementwiseOperation, elementwiseOperations, elementwiseSamples } from './ops/elementwise/catalog.js'
export * from './ops/elementwise/index.js'
export * from './ops/indexing/index.js'
export * from './ops/movement/index.js'
export * from './ops/reduction/index.js'
export * from './ops/linear-algebra/index.js'
export * from './ops/convolution/index.js'
export * from './ops/creation/tensor.js'
export * from './autograd/gradient.js'
export { setDefaultBackend, setDefaultBackendFactory, defaultBackend } from './engine/default-backend.js'
export { Variable, type VariableOptions } from './variable.js'
export { memory, reportLeaks } from './engine/storage.js'

// What packages above this one need to write their own kernels and errors with.
export { map, mapMany } from './primitives/map.js'
export {
  AxisError,
  type Backend,
  BackendError,
  constant,
  DisposedError,
  type DType,
  DTypeError,
  type Explanation,
  type Expr,
  expressions,
  fromHalfBits,
  IndexError,
  index,
  input,
  NablaError,
  type Shape,
  ShapeError,
  scalar,
  type TypedArray,
  ValueError,
} from '@nabla/backend'
