/**
 * The smallest browser program that trains the 784-512-10 network on the cpu backend: tensors, gradients and an
 * optimizer, without layers.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { train } from './shared/train.js'

export const step = train(createCpuBackend())
