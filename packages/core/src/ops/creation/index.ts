/**
 * Creation: tensors from host data and from nothing.
 */
export { full, fullLike, ones, onesLike, zeros, zerosLike } from './constant.js'
export { arange, type EyeOptions, eye, type LinspaceOptions, linspace } from './sequence.js'
export { type TensorOptions, tensor, tensorFrom } from './tensor.js'
