import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { grad, hessian, jacobian } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { tensor } from '../ops/creation/index.js'
import type { Tensor } from '../tensor.js'
import { vmap } from './vmap.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('vmap', () => {
  test('basic', async () => {
    const x = tensor([[1, 2], [3, 4], [5, 6]])
    expect(await vmap((a: Tensor, b: Tensor) => a.dot(b))(x, x).array()).toEqual([5, 25, 61])
    expect(await vmap(grad((a: Tensor) => a.mul(a).mul(a).sum()))(x).array()).toEqual([[3, 12], [27, 48], [75, 108]])
    expect(await vmap(grad((a: Tensor) => a.mul(a).mul(a).sum()))(x).array()).toEqual([[3, 12], [27, 48], [75, 108]])
  })
})
