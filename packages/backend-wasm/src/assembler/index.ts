/**
 * A small assembler for WebAssembly: kernels are written in TypeScript with typed values, and become functions at run
 * time. No build step, no bytes in the repository.
 */
export { supportsRelaxedSimd, whatIsMissing } from './features.js'
export { type Callable, FunctionBuilder, type Jump } from './function.js'
export { type LaneBits, type LoadKind, load, loadLane } from './memory-access.js'
export { type Kernel, ModuleBuilder } from './module.js'
export { choose, f32, f64, i32 } from './scalar.js'
export type { Local, Operand, Value } from './value.js'
export { f32x4, f64x2, i8x16, i16x8, i32x4, i64x2, type Vector, v128 } from './vector.js'
