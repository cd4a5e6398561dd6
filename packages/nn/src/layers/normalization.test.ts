/**
 * Both normalizations: how many kernels they take, and second derivatives through the layers.
 */
import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  checkGradients,
  type Shape,
  setDefaultBackend,
  tensorFrom,
  Variable,
  variableGradients,
  zeros,
} from '@nabla/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Layer } from '../layer.js'
import { batchNormalization, layerNormalization } from './index.js'

beforeEach(() => setDefaultBackend(createCpuBackend()))

const LAYERS: [string, () => Layer, Shape][] = [
  ['layerNormalization', () => layerNormalization({ dtype: 'float64' }), [3, 4]],
  ['batchNormalization', () => batchNormalization({ dtype: 'float64' }), [3, 4]],
  ['batchNormalization over axis 1', () => batchNormalization({ axis: 1, dtype: 'float64' }), [3, 2, 2]],
]

describe.each(LAYERS)('%s', (_, make, shape) => {
  const size = shape.reduce((a, b) => a * b, 1)
  const x = () =>
    tensorFrom(
      Float64Array.from({ length: size }, (_, i) => Math.sin(3.7 * i + 1)),
      shape,
    )

  test.each([true, false])('second derivatives, training: %s', async (training) => {
    const layer = make()
    layer.ensureBuilt(shape.slice(1))
    await checkGradients((each) => layer.call(each, { training }), [x()], { order: 2 })
    await checkGradients((each) => layer.freeze().call(each, { training }), [x()], { order: 2 })
  })
})

test('kernels: forward, and forward with backward to input and weights', () => {
  const backend = createNullBackend()
  setDefaultBackend(backend)
  const counts = LAYERS.flatMap(([name, make, shape]) =>
    [true, false].map((training) => {
      const layer = make()
      const input = new Variable(zeros(shape, { dtype: 'float64' }))
      layer.ensureBuilt(shape.slice(1))
      const count = (run: () => unknown): number => {
        backend.resetCounts()
        run()
        return backend.counts().total
      }
      const forward = count(() => layer.call(input.value, { training }))
      // Without the sum that makes a scalar of it and its cotangent, a 1.
      const all = count(() =>
        variableGradients(
          () => layer.call(input.value, { training }).sum(),
          [input, ...layer.trainableVariables],
        ),
      )
      return [`${name}${training ? ' in training' : ''}`, `${forward} forward, ${all - 2} with backward`]
    }),
  )
  expect(Object.fromEntries(counts)).toMatchInlineSnapshot(`
    {
      "batchNormalization": "1 forward, 5 with backward",
      "batchNormalization in training": "4 forward, 7 with backward",
      "batchNormalization over axis 1": "1 forward, 5 with backward",
      "batchNormalization over axis 1 in training": "4 forward, 7 with backward",
      "layerNormalization": "3 forward, 8 with backward",
      "layerNormalization in training": "3 forward, 8 with backward",
    }
  `)
})
