/**
 * Every layer: what all of them must do, and what each of them computes.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  setDefaultBackend,
  setSeed,
  type Tensor,
  tensor,
  tensorFrom,
  Variable,
  variableGradients,
} from '@nabla/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Layer, LayerOptions } from '../layer.js'
import { type LayerTest, runLayerTest } from '../testing/run-layer-test.js'
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling2d,
  layerNormalization,
  maxPooling2d,
  reshape,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(7))

type Make = (options: LayerOptions) => Layer

const CASES: [string, Make, LayerTest][] = [
  [
    'dense',
    (options) => dense(3, { activation: 'tanh', ...options }),
    { inputShape: [4], expectedOutputShape: [3], parameters: 15, operations: 27 },
  ],
  [
    'dense without bias over several positions',
    (options) => dense(3, { useBias: false, kernelInitializer: 'heNormal', ...options }),
    { inputShape: [2, 4], expectedOutputShape: [2, 3], parameters: 12, operations: 48 },
  ],
  [
    'conv2d',
    (options) => conv2d(3, 2, { activation: 'sigmoid', ...options }),
    { inputShape: [4, 5, 2], expectedOutputShape: [3, 4, 3], parameters: 27, operations: 12 * 3 * 17 },
  ],
  [
    'conv2d with everything',
    (options) =>
      conv2d(4, [3, 2], {
        strides: [2, 1],
        padding: 'same',
        dilation: [1, 2],
        groups: 2,
        useBias: false,
        ...options,
      }),
    { inputShape: [5, 6, 4], expectedOutputShape: [3, 6, 4], parameters: 48, operations: 18 * 4 * 24 },
  ],
  [
    'maxPooling2d',
    (options) => maxPooling2d(undefined, options),
    { inputShape: [4, 6, 2], expectedOutputShape: [2, 3, 2], parameters: 0, operations: 48 },
  ],
  [
    'maxPooling2d, overlapping and padded',
    (options) => maxPooling2d([3, 2], { strides: 2, padding: 'same', ...options }),
    { inputShape: [5, 5, 1], expectedOutputShape: [3, 3, 1], parameters: 0, operations: 54 },
  ],
  [
    'averagePooling2d',
    (options) => averagePooling2d(3, { strides: 2, padding: 'same', ...options }),
    { inputShape: [5, 5, 1], expectedOutputShape: [3, 3, 1], parameters: 0, operations: 81 },
  ],
  [
    'globalAveragePooling2d',
    (options) => globalAveragePooling2d(options),
    { inputShape: [3, 4, 2], expectedOutputShape: [2], parameters: 0, operations: 24 },
  ],
  [
    'globalMaxPooling2d',
    (options) => globalMaxPooling2d(options),
    { inputShape: [3, 4, 2], expectedOutputShape: [2], parameters: 0, operations: 24 },
  ],
  [
    'flatten',
    (options) => flatten(options),
    { inputShape: [3, 4, 2], expectedOutputShape: [24], parameters: 0, operations: 0 },
  ],
  [
    'flatten of numbers',
    (options) => flatten(options),
    { inputShape: [], expectedOutputShape: [1], parameters: 0, operations: 0 },
  ],
  [
    'reshape',
    (options) => reshape([2, -1], options),
    { inputShape: [3, 4], expectedOutputShape: [2, 6], parameters: 0, operations: 0 },
  ],
  [
    'dropout',
    (options) => dropout(0.5, { seed: 3, ...options }),
    { inputShape: [6], expectedOutputShape: [6], parameters: 0, operations: 0, deterministic: false },
  ],
  [
    'activation',
    (options) => activation('softmax', options),
    { inputShape: [2, 5], expectedOutputShape: [2, 5], parameters: 0, operations: 10 },
  ],
  [
    'batchNormalization',
    (options) => batchNormalization(options),
    { inputShape: [3, 2], expectedOutputShape: [3, 2], parameters: 8, operations: 12 },
  ],
  [
    'batchNormalization over another axis',
    (options) => batchNormalization({ axis: 1, momentum: 0.5, scale: false, ...options }),
    { inputShape: [3, 2], expectedOutputShape: [3, 2], parameters: 9, operations: 12 },
  ],
  [
    'layerNormalization',
    (options) => layerNormalization({ epsilon: 1e-5, ...options }),
    { inputShape: [3, 4], expectedOutputShape: [3, 4], parameters: 8, operations: 96 },
  ],
  [
    'embedding',
    (options) => embedding(7, 3, options),
    {
      inputShape: [4],
      expectedOutputShape: [4, 3],
      parameters: 21,
      operations: 0,
      input: (position) => (position * 5) % 7,
      differentiable: false,
    },
  ],
]

describe('what every layer must do', () => {
  test.each(CASES)('%s', (_name, make, expected) => runLayerTest(make, expected))

  test('all kinds are here', async () => {
    const layers = await import('./index.js')
    const factories = Object.keys(layers).filter((name) => /^[a-z]/.test(name))
    const kinds = new Set(CASES.map(([, make]) => make({}).kind))
    expect([...kinds].sort()).toEqual(factories.sort())
  })
})

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())]

describe('what they compute', () => {
  test('dense', async () => {
    const layer = dense(2, { activation: 'relu' })
    layer.ensureBuilt([3])
    layer.kernel?.assign(
      tensor([
        [1, -1],
        [2, 0],
        [0, 1],
      ]),
    )
    layer.bias?.assign(tensor([0.5, 0.25]))
    expect(
      await values(
        layer.call(
          tensor([
            [1, 2, 3],
            [-1, 0, 0],
          ]),
        ),
      ),
    ).toEqual([5.5, 2.25, 0, 1.25])
  })

  test('dense takes integers', async () => {
    const layer = dense(1, { kernelInitializer: 'ones' })
    expect(await values(layer.call(tensor([[1, 2]], { dtype: 'uint8' })))).toEqual([3])
  })

  test('conv2d', async () => {
    const layer = conv2d(1, 2, {
      kernelInitializer: 'ones',
      biasInitializer: { kind: 'constant', value: 0.5 },
    })
    const x = tensorFrom([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
    expect(await values(layer.call(x))).toEqual([12.5, 16.5, 24.5, 28.5])
  })

  test('pooling', async () => {
    const x = tensorFrom([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
    expect(await values(maxPooling2d(2, { strides: 1 }).call(x))).toEqual([5, 6, 8, 9])
    expect(await values(averagePooling2d(2, { padding: 'same' }).call(x))).toEqual([3, 4.5, 7.5, 9])
    expect(await values(globalAveragePooling2d().call(x))).toEqual([5])
    expect(await values(globalMaxPooling2d().call(x))).toEqual([9])
  })

  test('layerNormalization', async () => {
    const [a = 0, b = 0, c = 0] = await values(
      layerNormalization({ epsilon: 1e-9 }).call(tensor([[1, 2, 3]])),
    )
    expect([a, b, c].map((each) => Math.round(each * 1e5) / 1e5)).toEqual([-1.22474, 0, 1.22474])
  })

  test('embedding', async () => {
    const layer = embedding(3, 2)
    layer.ensureBuilt([2])
    layer.embeddings?.assign(
      tensor([
        [0, 1],
        [2, 3],
        [4, 5],
      ]),
    )
    expect(await values(layer.call(tensor([[2, 0]], { dtype: 'uint8' })))).toEqual([4, 5, 0, 1])
  })
})

describe('batchNormalization', () => {
  const x = (): Tensor =>
    tensor([
      [1, 10],
      [3, 30],
      [5, 20],
    ])

  test('normalizes by the batch in training and follows its statistics', async () => {
    const layer = batchNormalization({ momentum: 0.75, epsilon: 1e-6 })
    const output = await values(layer.call(x(), { training: true }))
    const column = (which: number): number[] => [0, 1, 2].map((row) => output[2 * row + which] ?? Number.NaN)
    for (const which of [0, 1]) {
      const each = column(which)
      const mean = each.reduce((sum, value) => sum + value, 0) / 3
      expect(mean).toBeCloseTo(0, 5)
      expect(each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3).toBeCloseTo(1, 4)
    }
    const [mean, variance] = [layer.movingMean, layer.movingVariance].map((each) => each?.value as Tensor)
    const close = (actual: number[], expected: number[]): void =>
      actual.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 4)
      })
    close(await values(mean as Tensor), [0.25 * 3, 0.25 * 20])
    close(await values(variance as Tensor), [0.75 + (0.25 * 8) / 3, 0.75 + (0.25 * 200) / 3])
  })

  test('uses the running statistics outside of training, and when it is frozen', async () => {
    const layer = batchNormalization({ epsilon: 1e-12 })
    layer.ensureBuilt([2])
    layer.movingMean?.assign(tensor([1, 0]))
    layer.movingVariance?.assign(tensor([4, 100]))
    const expected = [0, 1, 1, 3, 2, 2]
    const close = (actual: number[]): void =>
      actual.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 5)
      })
    close(await values(layer.call(x())))
    close(await values(layer.freeze().call(x(), { training: true })))
    expect(await values(layer.movingMean?.value as Tensor)).toEqual([1, 0])
  })

  test('follows the statistics while a gradient is recorded', async () => {
    const layer = batchNormalization({ momentum: 0 })
    layer.ensureBuilt([2])
    const { gradients } = variableGradients(
      () => layer.call(x(), { training: true }).square().mean(),
      layer.trainableVariables,
    )
    expect(gradients.length).toBe(2)
    expect(await values(layer.movingMean?.value as Tensor)).toEqual([3, 20])
  })
})

describe('dropout', () => {
  const ones = (): Tensor => tensorFrom(new Array<number>(2000).fill(1), [2, 1000])

  test('drops the given part and keeps the sum on average', async () => {
    const dropped = await values(dropout(0.25, { seed: 1 }).call(ones(), { training: true }))
    expect(new Set(dropped.map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.3333']))
    const zeros = dropped.filter((value) => value === 0).length
    expect(zeros / dropped.length).toBeGreaterThan(0.2)
    expect(zeros / dropped.length).toBeLessThan(0.3)
  })

  test('the gradient has the same holes', async () => {
    const layer = dropout(0.5, { seed: 1 })
    const x = new Variable(ones())
    const { gradients, auxiliary } = variableGradients(() => {
      const output = layer.call(x.value, { training: true })
      return { value: output.sum(), output }
    }, [x])
    expect(await values(gradients[0] as Tensor)).toEqual(await values(auxiliary.output))
  })

  test('a new mask each time, and the same ones from the same seed', async () => {
    const [one, other] = [dropout(0.5, { seed: 5 }), dropout(0.5, { seed: 5 })]
    const masks = async (layer: Layer): Promise<number[][]> => [
      await values(layer.call(ones(), { training: true })),
      await values(layer.call(ones(), { training: true })),
    ]
    const [first, second] = await masks(one)
    expect(first).not.toEqual(second)
    expect(await masks(other)).toEqual([first, second])
  })

  test('setSeed decides where no seed is given', async () => {
    const mask = async (): Promise<number[]> => {
      setSeed(11)
      return values(dropout(0.5).call(ones(), { training: true }))
    }
    expect(await mask()).toEqual(await mask())
  })
})
