/**
 * Memory over two trainings. In a file of its own: what other tests have left to the garbage collector would count too, at
 * a moment of its choosing.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, setSeed } from '@nabla/core'
import { expect, test } from 'vitest'
import { batchNormalization, dense, dropout } from '../layers/index.js'
import { sequential } from '../models/sequential.js'
import { l2 } from '../regularizers.js'
import { QUIET, sectors } from './testing/sectors.js'

test('fit keeps memory flat', async () => {
  setDefaultBackend(createCpuBackend())
  setSeed(5)
  const { inputs, targets } = sectors(64)
  const model = sequential([
    dense(8, { kernelRegularizer: l2(0.01) }),
    batchNormalization(),
    dropout(0.2),
    dense(4),
  ])
  model.compile({ loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy', 'topKAccuracy'] })
  await model.fit(inputs, targets, { epochs: 2, validationSplit: 0.25, ...QUIET })
  const { tensors, bytes } = memory()
  await model.fit(inputs, targets, { epochs: 3, validationSplit: 0.25, ...QUIET })
  expect(memory()).toMatchObject({ tensors, bytes })
})
