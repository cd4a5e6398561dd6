/**
 * The smallest browser program that trains the 784-512-10 network on the wasm backend: tensors, gradients and an
 * optimizer, without layers.
 */
import { createWasmBackend } from '@nabla/backend-wasm'
import { train } from './shared/train.js'

export const step = train(createWasmBackend())
