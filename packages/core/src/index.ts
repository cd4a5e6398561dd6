/**
 * @nabla/core: tensors, operations and gradients.
 */

export {
  AxisError,
  type Backend,
  BackendError,
  bytesPerElement,
  constant,
  DeviceLostError,
  DisposedError,
  type DType,
  DTypeError,
  type Explanation,
  type Expr,
  expressions,
  formatShape,
  fromHalfBits,
  IndexError,
  index,
  input,
  NablaError,
  type Shape,
  ShapeError,
  sameShape,
  scalar,
  type TypedArray,
  toHalfBits,
  ValueError,
} from '@nabla/backend'
export * from './autograd/index.js'
export { type Batched, type VmapOptions, vmap } from './batching/vmap.js'
// What data loaders, optimizers and training loops keep memory flat with.
export { breathe } from './engine/breathe.js'
export { defaultBackend, setDefaultBackend, setDefaultBackendFactory } from './engine/default-backend.js'
// What packages above this one need to write their own kernels and errors with.
export { isRecording } from './engine/recording.js'
export { scope } from './engine/scope.js'
export { finishStep, joinStep, openBatch, type Step } from './engine/step.js'
export { type LeakReport, type MemoryReport, memory, reportLeaks } from './engine/storage.js'
export { withTemporaries } from './engine/temporaries.js'
export { hostNumbers } from './engine/tracing.js'
export { inspect, type ProgramFacts, programFacts } from './jit/inspect.js'
export { type JitOptions, type Jitted, jit } from './jit/jit.js'
export * from './ops/convolution/index.js'
export * from './ops/creation/index.js'
export {
  type ElementwiseOperation,
  elementwiseOperations,
  elementwiseSamples,
} from './ops/elementwise/catalog.js'
export * from './ops/elementwise/index.js'
export * from './ops/indexing/index.js'
export * from './ops/linear-algebra/index.js'
export * from './ops/movement/index.js'
export * from './ops/reduction/index.js'
export { type Exponentials, exponentials } from './primitives/composite.js'
export { map, mapMany } from './primitives/map.js'
export { type MappedReduction, reduceMapped } from './primitives/reduce.js'
export * from './random/index.js'
export { Tensor } from './tensor.js'
export type { AnyNested, DataOf, ElementOf, NestedOf, TensorData } from './types/nested.js'
export { Variable, type VariableOptions } from './variable.js'
