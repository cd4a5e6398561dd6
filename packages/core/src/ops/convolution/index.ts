/**
 * Convolution and pooling, channels last.
 */
export { averagePool1d, averagePool2d } from './average-pool.js'
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d } from './convolve.js'
export { type GlobalPoolOptions, globalAveragePool, globalMaxPool } from './global-pool.js'
export { maxPool1d, maxPool2d } from './max-pool.js'
export type { Padding1d, Padding2d, PaddingName, Size2d } from './options.js'
export type { Pool1dOptions, Pool2dOptions } from './pool-geometry.js'
export {
  type Conv1dTransposeOptions,
  type Conv2dTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
} from './transpose.js'
export { fold, type UnfoldOptions, unfold } from './unfold.js'
