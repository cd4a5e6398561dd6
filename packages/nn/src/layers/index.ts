/**
 * All layers.
 */
export * from './activation.js'
export * from './batch-normalization.js'
export * from './conv2d.js'
export * from './dense.js'
export * from './dropout.js'
export * from './embedding.js'
export * from './flatten.js'
export * from './global-pooling2d.js'
export * from './layer-normalization.js'
export * from './pooling2d.js'
export * from './reshape.js'
export type { Lengths, Padding } from './window.js'
