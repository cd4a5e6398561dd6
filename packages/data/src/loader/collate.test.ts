import { createNullBackend } from '@nabla/backend'
import { setDefaultBackend } from '@nabla/core'
import { expect, expectTypeOf, it } from 'vitest'
import { ArrayDataset } from '../dataset/array-dataset.js'
import { toTensors } from './collate.js'
import { DataLoader } from './data-loader.js'

it('makes tensors of every column, with its shape and element type', async () => {
  setDefaultBackend(createNullBackend())
  const dataset = new ArrayDataset({
    inputs: { data: new Uint8Array(12), shape: [2, 2], scale: 1 / 255 },
    targets: { data: new Uint8Array(3), shape: [], dtype: 'int32' },
  })
  const seen: unknown[] = []
  for await (const { inputs, targets } of new DataLoader(dataset, { batchSize: 2, collate: toTensors })) {
    expectTypeOf(inputs.shape).toEqualTypeOf<number[]>()
    seen.push([inputs.shape, inputs.dtype, targets.shape, targets.dtype])
  }
  expect(seen).toEqual([
    [[2, 2, 2], 'float32', [2], 'int32'],
    [[1, 2, 2], 'float32', [1], 'int32'],
  ])
})
