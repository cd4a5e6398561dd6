/**
 * Summaries, as data and as tables.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, type Tensor, tensor, Variable } from '@nabla/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d } from './layers/index.js'
import { sequential } from './models/sequential.js'
import { Module } from './module.js'
import { describeModule } from './summary.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('of a sequential model', () => {
  const model = () =>
    sequential(
      [
        conv2d(32, 3, { activation: 'relu' }),
        maxPooling2d(),
        batchNormalization(),
        flatten(),
        dropout(0.5),
        dense(10, { name: 'output' }),
      ],
      { name: 'digits' },
    )

  test('as a table', () => {
    expect(model().summary({ inputShape: [28, 28, 1] })).toMatchInlineSnapshot(`
      "sequential "digits"

      layer                kind                 output shape   parameters    memory   FLOPs/sample
      ────────────────────────────────────────────────────────────────────────────────────────────
      conv2d               conv2d               [*,26,26,32]          320   1.28 kB          411 k
      maxPooling2d         maxPooling2d         [*,13,13,32]            0       0 B         21.6 k
      batchNormalization   batchNormalization   [*,13,13,32]          128     512 B         10.8 k
      flatten              flatten              [*,5408]                0       0 B              0
      dropout              dropout              [*,5408]                0       0 B              0
      output               dense                [*,10]             54,090    216 kB          108 k
      ────────────────────────────────────────────────────────────────────────────────────────────
      total                                                        54,538    218 kB          552 k
      trainable 54,474 · non-trainable 64"
    `)
  })

  test('as data', () => {
    const { layers, ...totals } = describeModule(model(), { inputShape: [28, 28, 1] })
    expect(layers[0]).toEqual({
      name: 'conv2d',
      kind: 'conv2d',
      inputShape: [28, 28, 1],
      outputShape: [26, 26, 32],
      parameters: 320,
      trainable: 320,
      bytes: 1280,
      operations: 26 * 26 * 32 * 19,
    })
    expect(totals).toEqual({
      title: 'sequential "digits"',
      parameters: 320 + 128 + 13 * 13 * 320 + 10,
      trainable: 320 + 64 + 13 * 13 * 320 + 10,
      bytes: 4 * (320 + 128 + 13 * 13 * 320 + 10),
      operations: 26 * 26 * 32 * 19 + 13 * 13 * 32 * 4 + 13 * 13 * 32 * 2 + 10 * (2 * 13 * 13 * 32 + 1),
    })
  })

  test('before anything is known', () => {
    expect(model().summary()).toMatchInlineSnapshot(`
      "sequential "digits"

      layer                kind                 output shape   parameters   memory   FLOPs/sample
      ───────────────────────────────────────────────────────────────────────────────────────────
      conv2d               conv2d               ?                       0      0 B              ?
      maxPooling2d         maxPooling2d         ?                       0      0 B              ?
      batchNormalization   batchNormalization   ?                       0      0 B              ?
      flatten              flatten              ?                       0      0 B              ?
      dropout              dropout              ?                       0      0 B              ?
      output               dense                ?                       0      0 B              ?
      ───────────────────────────────────────────────────────────────────────────────────────────
      total                                                             0      0 B              0
      trainable 0 · non-trainable 0"
    `)
  })

  test('of models in models', () => {
    const nested = sequential([sequential([dense(3), dense(2)], { name: 'block' }), dense(1)], {
      inputShape: [4],
    })
    const { layers, operations } = describeModule(nested)
    expect(layers.map(({ name }) => name)).toEqual(['block/dense', 'block/dense-2', 'dense'])
    expect(operations).toBe(nested.operations([4]))
  })
})

describe('of a class', () => {
  class Net extends Module {
    readonly hidden = dense(4)
    readonly out = dense(1)
    readonly gain = new Variable(tensor([1, 2]), { trainable: false })
    call(x: Tensor): Tensor {
      return this.out.call(this.hidden.call(x))
    }
  }

  test('as a table', () => {
    expect(new Net().summary({ inputShape: [3] })).toMatchInlineSnapshot(`
      "Net

      layer    kind    output shape   parameters   memory   FLOPs/sample
      ──────────────────────────────────────────────────────────────────
      hidden   dense   [*,4]                  16     64 B             28
      out      dense   [*,1]                   5     20 B              9
               Net     ?                       2      8 B              ?
      ──────────────────────────────────────────────────────────────────
      total                                   23     92 B             37
      trainable 21 · non-trainable 2"
    `)
  })

  test('leaves nothing behind but the weights', () => {
    const net = new Net()
    const before = memory().tensors
    net.summary({ inputShape: [3] })
    expect(memory().tensors).toBe(before + 4)
  })
})

test('of a single layer', () => {
  expect(describeModule(dense(2, { name: 'one' }), { inputShape: [3] }).layers[0]?.name).toBe('one')
})
