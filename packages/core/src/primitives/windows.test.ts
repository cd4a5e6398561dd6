import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { withTemporaries } from '../engine/temporaries.js'
import { tensorFrom } from '../ops/creation/tensor.js'
import { mul } from '../ops/elementwise/index.js'
import { expectGradient } from '../ops/testing/gradients.js'
import { gridOf } from '../ops/testing/grid.js'
import type { Tensor } from '../tensor.js'
import { composite, decompose } from './composite.js'
import { broadcast, reshape } from './views.js'
import { fold, window } from './windows.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const x = gridOf([1, 5, 4], ([i = 0, j = 0, k = 0]) => Math.sin(5 * i + 3 * j + k))
const asTensor = (): Tensor => tensorFrom([...x.values], x.shape, { dtype: 'float64' })
const windows = [
  { axis: 1, size: 3, stride: 2 },
  { axis: 2, size: 2, dilation: 2 },
]

describe('window and fold', () => {
  it('fold sums each element once per window that holds it', () => {
    const ones = broadcast('test', tensorFrom([1], [1], { dtype: 'float64' }), [1])
    const line = tensorFrom(new Float64Array(7), [7])
    const counts = fold(
      'test',
      window('test', line, [{ axis: 0, size: 3, stride: 2 }]),
      [7],
      [{ axis: 0, size: 3, stride: 2 }],
    )
    expect(Array.from(counts.dataSync())).toEqual([0, 0, 0, 0, 0, 0, 0])
    const repeated = broadcast('test', reshape('test', ones, [1, 1]), [3, 3])
    const sums = fold('test', repeated, [7], [{ axis: 0, size: 3, stride: 2 }])
    expect(Array.from(sums.dataSync())).toEqual([1, 1, 2, 1, 2, 1, 1])
  })

  it('are each the gradient of the other, to second order', () => {
    const squares = (y: Tensor): Tensor => mul(y, y)
    expectGradient((t) => withTemporaries(() => squares(window('test', t, windows))), x, { second: true })
    expectGradient(
      (t) => withTemporaries(() => squares(fold('test', window('test', t, windows), x.shape, windows))),
      x,
      { second: true },
    )
  })
})

describe('composites', () => {
  it.each(['softmax', 'logSoftmax'] as const)('%s, claimed or decomposed, is the same', (name) => {
    for (const axis of [0, 1, 2]) {
      const claimed = composite(name, asTensor(), axis).dataSync()
      const decomposed = decompose(name, asTensor(), axis).dataSync()
      claimed.forEach((value, i) => {
        expect(value).toBeCloseTo(Number(decomposed[i]), 12)
      })
    }
  })
})
