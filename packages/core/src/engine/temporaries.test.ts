import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad } from '../autograd/gradient.js'
import { tensor } from '../ops/creation/tensor.js'
import { exp, mul } from '../ops/elementwise/index.js'
import type { Tensor } from '../tensor.js'
import { setDefaultBackend } from './default-backend.js'
import { memory } from './storage.js'
import { withTemporaries } from './temporaries.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('withTemporaries', () => {
  it('frees what the body made, except its result, whatever contains it', () => {
    const x = tensor([1, 2])
    const before = memory().tensors
    let inner: Tensor | undefined
    const result = withTemporaries(() => {
      inner = exp(x)
      return { pair: [mul(inner, x)], untouched: x }
    })
    expect(inner?.isDisposed).toBe(true)
    expect(result.pair[0]?.isDisposed).toBe(false)
    expect(x.isDisposed).toBe(false)
    expect(memory().tensors).toBe(before + 1)
  })

  it('frees everything when the body throws', () => {
    const x = tensor([1, 2])
    const before = memory().tensors
    expect(() =>
      withTemporaries(() => {
        exp(x)
        throw new Error('on purpose')
      }),
    ).toThrow('on purpose')
    expect(memory().tensors).toBe(before)
  })

  it('hands the result to the surrounding operation, which frees it in turn', () => {
    const x = tensor([1, 2])
    const before = memory().tensors
    const result = withTemporaries(() =>
      mul(
        withTemporaries(() => exp(exp(x))),
        x,
      ),
    )
    expect(memory().tensors).toBe(before + 1)
    result.dispose()
  })

  it('keeps what a gradient still needs', () => {
    const x = tensor([1, 2]) as Tensor
    const before = memory().tensors
    const slope = grad((t: Tensor) => withTemporaries(() => mul(exp(t), exp(t)).sum()))(x)
    expect(Number(slope.dataSync()[0])).toBeCloseTo(2 * Math.exp(2), 3)
    slope.dispose()
    expect(memory().tensors).toBe(before)
  })
})
