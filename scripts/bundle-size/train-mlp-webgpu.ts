/**
 * The smallest browser program that trains the 784-512-10 network on the WebGPU backend: tensors, gradients and an
 * optimizer, without layers. It needs no kernels along an axis and doesn't download them.
 */
import { createWebgpuBackend } from '@nabla/backend-webgpu'
import { train } from './shared/train.js'

export const step = createWebgpuBackend({ alongAxis: false }).then(train)
