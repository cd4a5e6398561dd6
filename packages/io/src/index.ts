/**
 * @nabla/io: tensors in files.
 */
export * from './safetensors.js'
