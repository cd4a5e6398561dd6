/**
 * Sequential models: building, names, nesting, memory, configuration, messages.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  memory,
  type Shape,
  setDefaultBackend,
  setSeed,
  type Tensor,
  tensor,
  tensorFrom,
  type Variable,
} from '@nabla/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Layer } from '../layer.js'
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  layerNormalization,
  maxPooling2d,
  reshape,
} from '../layers/index.js'
import { l2 } from '../regularizers.js'
import { loadWeights, weightsOf } from '../weights.js'
import { layerFrom, modelFrom } from './configuration.js'
import { type Sequential, sequential } from './sequential.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(1))

/** A layer of one's own. */
class Pass extends Layer {
  outputShape(inputShape: Shape): Shape {
    return inputShape
  }
  protected forward(x: Tensor): Tensor {
    return x
  }
  protected settings() {
    return {}
  }
}

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())]

function small(): Sequential {
  return sequential(
    [
      reshape([4, 4, 1]),
      conv2d(2, 3, { activation: 'relu' }),
      batchNormalization(),
      flatten(),
      dense(5, { name: 'hidden', activation: 'tanh', kernelRegularizer: l2(0.5) }),
      dropout(0.25, { seed: 2 }),
      dense(3),
      activation('softmax'),
    ],
    { name: 'small', inputShape: [16] },
  )
}

const batch = (): Tensor =>
  tensorFrom(
    Array.from({ length: 32 }, (_, i) => Math.sin(i)),
    [2, 16],
  )

describe('building', () => {
  test('makes all weights when the input shape is known', () => {
    expect(
      small()
        .namedVariables()
        .map(({ path, variable }) => `${path} [${variable.shape}]`),
    ).toEqual([
      'conv2d/kernel [3,3,1,2]',
      'conv2d/bias [2]',
      'batchNormalization/gamma [2]',
      'batchNormalization/beta [2]',
      'batchNormalization/movingMean [2]',
      'batchNormalization/movingVariance [2]',
      'hidden/kernel [8,5]',
      'hidden/bias [5]',
      'dense/kernel [5,3]',
      'dense/bias [3]',
    ])
  })

  test('waits for the first call otherwise', () => {
    const model = sequential([dense(4), dense(2)])
    expect(model.parameterCount).toBe(0)
    model.call(tensor([[1, 2, 3]])).dispose()
    expect(model.parameterCount).toBe(3 * 4 + 4 + 4 * 2 + 2)
    expect(model.inputShape).toEqual([3])
  })

  test('grows by add, before and after it is built', () => {
    const model = sequential([dense(4)]).add(dense(3))
    model.ensureBuilt([2])
    model.add(dense(1))
    expect(model.outputShape([2])).toEqual([1])
    expect(model.parameterCount).toBe(12 + 15 + 4)
  })

  test('names unnamed layers by kind and number', () => {
    const model = sequential([dense(4), dense(3, { name: 'dense-2' }), dense(2), dense(1)])
    expect(model.layers.map(({ name }) => name)).toEqual(['dense', 'dense-2', 'dense-3', 'dense-4'])
    expect(model.layer('dense-3')).toBe(model.layers[2])
  })

  test('renames the weights of a layer that was built before', () => {
    const layer = dense(2)
    layer.ensureBuilt([3])
    sequential([dense(3), layer])
    expect(layer.kernel?.name).toBe('dense-2/kernel')
  })

  test('is a layer itself', async () => {
    const block = sequential([dense(4, { activation: 'relu' }), dense(4)], { name: 'block' })
    const model = sequential([block, dense(1)], { inputShape: [2] })
    expect(model.namedVariables()[0]?.path).toBe('block/dense/kernel')
    expect(model.call(tensor([[1, 2]])).shape).toEqual([1, 1])
    const copy = modelFrom(model.configuration())
    loadWeights(copy, weightsOf(model))
    expect(await values(copy.call(tensor([[1, 2]])))).toEqual(await values(model.call(tensor([[1, 2]]))))
  })
})

describe('calls', () => {
  test('leave nothing but the result, in training and out of it', () => {
    const model = small()
    const x = batch()
    for (const training of [false, true]) {
      const before = memory().tensors
      const output = model.call(x, { training })
      expect(memory().tensors).toBe(before + 1)
      output.dispose()
    }
  })

  test('hold one activation at a time outside of gradients', () => {
    const alive: number[] = []
    class Watching extends Pass {
      protected override forward(x: Tensor): Tensor {
        alive.push(memory().tensors)
        return x.add(1)
      }
    }
    const model = sequential(Array.from({ length: 6 }, () => new Watching('watching')))
    const x = tensor([[1, 2]])
    const before = memory().tensors
    model.call(x).dispose()
    expect(alive.map((tensors) => tensors - before)).toEqual([0, 1, 1, 1, 1, 1])
  })
})

describe('freezing', () => {
  test('reaches all layers, also later ones', () => {
    const model = small().freeze()
    expect(model.trainableVariables).toEqual([])
    model.add(dense(2))
    expect(model.trainableVariables).toEqual([])
    model.unfreeze()
    expect(model.trainableVariables.length).toBe(10)
    expect(model.variables.length).toBe(12)
  })

  test('of one layer stays when it is built later', () => {
    const model = sequential([dense(2).freeze(), dense(1)], { inputShape: [3] })
    expect(model.trainableVariables.map(({ name }) => name)).toEqual(['dense-2/kernel', 'dense-2/bias'])
  })
})

test('regularization adds up over the layers', async () => {
  const model = small()
  const kernel = await values((model.layer('hidden').variables[0] as Variable).value)
  const expected = 0.5 * kernel.reduce((sum, value) => sum + value * value, 0)
  const before = memory().tensors
  const added = model.regularization()
  expect(memory().tensors).toBe(before + 1)
  const [actual = Number.NaN] = added === undefined ? [] : await values(added)
  expect(actual).toBeCloseTo(expected, 4)
  expect(sequential([dense(1)], { inputShape: [1] }).regularization()).toBeUndefined()
})

describe('configuration', () => {
  test('survives JSON and gives the same model', async () => {
    const model = small()
    model.layer('hidden').freeze()
    const configuration: Record<string, unknown> = JSON.parse(JSON.stringify(model.configuration()))
    const copy = modelFrom(configuration)
    expect(copy.configuration()).toEqual(model.configuration())
    expect(copy.trainableVariables.length).toBe(model.trainableVariables.length)
    loadWeights(copy, weightsOf(model))
    expect(await values(copy.call(batch()))).toEqual(await values(model.call(batch())))
  })

  test('of an unbuilt model says nothing of its input', () => {
    const copy = modelFrom(JSON.parse(JSON.stringify(sequential([dense(2)]).configuration())))
    expect(copy.inputShape).toBeUndefined()
    expect(copy.ensureBuilt([3])).toEqual([2])
  })

  test('takes makers for kinds of its own', () => {
    const configuration = sequential([new Pass('pass')]).configuration()
    const copy = modelFrom(configuration, { layers: { pass: () => new Pass('pass') } })
    expect(copy.layers[0]).toBeInstanceOf(Pass)
  })
})

describe('messages', () => {
  const build = (layer: Layer, inputShape: Shape) => () => layer.ensureBuilt(inputShape)

  test('dense: no features', () => {
    expect(build(dense(2, { name: 'hidden' }), [])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: dense "hidden": expected a batch of vectors [*,features]; received [*]. Fix: add a feature axis: x.reshape([-1, 1]).]`,
    )
  })

  test('dense: another number of features than it was built with', () => {
    const model = small()
    expect(() => model.layer('hidden').call(tensor([[1, 2]]))).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: dense "hidden": expected a last axis of length 8, as when it was built; received [*,2]. Fix: flatten or reshape the input, or make a new layer.]`,
    )
  })

  test('dense: units', () => {
    expect(() => dense(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: dense "dense": expected a whole number of units, at least 1; received 0.5. Fix: dense(units) takes the length of its output.]`,
    )
  })

  test('a scalar in place of a batch', () => {
    expect(() => small().call(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: sequential "small": expected a batch [*,16]; received a scalar []. Fix: add a batch axis: x.reshape([1]).]`,
    )
  })

  test('conv2d: no channel axis', () => {
    expect(build(conv2d(8, 3, { name: 'edges' }), [28, 28])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: conv2d "edges": expected a batch of images [*,height,width,channels]; received [*,28,28]. Fix: add a channel axis: x.expandDims(-1), or reshape([height, width, 1]) as the layer before.]`,
    )
  })

  test('conv2d: flat input', () => {
    expect(build(conv2d(8, 3), [784])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: conv2d "conv2d": expected a batch of images [*,height,width,channels]; received [*,784]. Fix: reshape the input, e.g. with reshape([28, 28, 1]) as the layer before.]`,
    )
  })

  test('conv2d: image smaller than the window', () => {
    expect(build(conv2d(8, [3, 5], { dilation: 2 }), [7, 7, 3])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: conv2d "conv2d": expected images at least as large as the window [3,5] with dilation [2,2]; received [*,7,7,3]. Fix: use a smaller window, padding: 'same', or fewer layers that make the image smaller.]`,
    )
  })

  test('conv2d: groups that do not divide the channels', () => {
    expect(build(conv2d(4, 1, { groups: 2 }), [7, 7, 3])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: conv2d "conv2d": expected a number of channels that 2 groups divide; received [*,7,7,3]. Fix: choose groups that divide the channels of the input.]`,
    )
  })

  test('conv2d: groups that do not divide the filters', () => {
    expect(() => conv2d(3, 1, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: conv2d "conv2d": expected a whole number of filters, at least 1 and a multiple of groups; received 3 filters in 2 groups. Fix: conv2d(filters, kernelSize) takes the number of output channels first.]`,
    )
  })

  test('maxPooling2d: a window of length 0', () => {
    expect(() => maxPooling2d([2, 0])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: maxPooling2d "maxPooling2d": expected poolSize to be a whole number, at least 1, or two of them [height, width]; received [2,0]. Fix: pass e.g. poolSize: 2 or poolSize: [2, 3].]`,
    )
  })

  test('reshape: another size', () => {
    expect(build(reshape([28, 28, 1]), [783])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: reshape "reshape": expected samples of 784 elements; received [*,783], 783 elements each. Fix: give a shape of the same size; one length may be -1.]`,
    )
  })

  test('reshape: two open lengths', () => {
    expect(() => reshape([-1, -1])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: reshape "reshape": expected the lengths of one sample, whole numbers of which one may be -1 (to be computed); received [-1,-1]. Fix: leave the batch axis out, e.g. reshape([28, 28, 1]).]`,
    )
  })

  test('dropout: a percentage', () => {
    expect(() => dropout(50)).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: dropout "dropout": expected a rate from 0 up to but not including 1: the part that is dropped; received 50. Fix: pass e.g. dropout(0.5).]`,
    )
  })

  test('embedding: no vocabulary', () => {
    expect(() => embedding(0, 8)).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: embedding "embedding": expected the size of the vocabulary and the length of the vectors, whole numbers of at least 1; received embedding(0, 8). Fix: count the vocabulary with everything that may occur: the largest number plus 1.]`,
    )
  })

  test('embedding: a number outside of the vocabulary', () => {
    expect(() => embedding(3, 2).call(tensor([[3]]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: take: expected indices from -3 to 2 for axis 0 of length 3; received index 3. Fix: check the indices (labels and token numbers count from 0), or clip them first.]`,
    )
  })

  test('batchNormalization: the batch axis', () => {
    expect(() => batchNormalization({ axis: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: batchNormalization "batchNormalization": expected an axis other than the batch axis 0, momentum from 0 to 1 and epsilon above 0; received axis 0, momentum 0.99, epsilon 0.001. Fix: leave them out for the usual -1, 0.99 and 0.001.]`,
    )
  })

  test('batchNormalization: an axis that is not there', () => {
    expect(build(batchNormalization({ axis: 3 }), [4])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: batchNormalization "batchNormalization": expected a batch with axis 3, apart from the batch axis; received [*,4]. Fix: choose an axis of the input, counted with the batch axis.]`,
    )
  })

  test('layerNormalization: other features than it was built with', () => {
    const layer = layerNormalization()
    layer.ensureBuilt([4])
    expect(build(layer, [5])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: layerNormalization "layerNormalization": expected 4 features, as when it was built; received [*,5]. Fix: give it inputs with a last axis of that length, or make a new layer.]`,
    )
  })

  test('activation: an unknown name', () => {
    const name: string = 'rleu'
    expect(() => activation(name as 'relu')).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: activation: expected one of linear, relu, leakyRelu, elu, selu, gelu, silu, mish, softplus, softsign, sigmoid, hardSigmoid, hardSwish, tanh, softmax, logSoftmax; received rleu. Fix: choose one of these names, or put the function into a layer of your own.]`,
    )
  })

  test('initializer: an unknown name', () => {
    const name: string = 'xavier'
    expect(build(dense(2, { kernelInitializer: name as 'zeros' }), [2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: initializer: expected one of glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal, zeros, ones; received xavier. Fix: choose one of these names, or { kind: 'uniform', low, high }.]`,
    )
  })

  test('sequential: a name twice', () => {
    expect(() =>
      sequential([dense(1, { name: 'a' }), dense(2, { name: 'a' })], { name: 'model' }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: sequential "model": expected layers with names of their own; received a second layer "a". Fix: rename one of them, or leave the names out.]`,
    )
  })

  test('sequential: a layer twice', () => {
    const layer = dense(3)
    expect(() => sequential([layer, layer])).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: sequential "sequential": expected every layer once; received the same dense "dense" again. Fix: make a second layer; to share weights, extend Module and call the layer twice.]`,
    )
  })

  test('sequential: an input shape with a batch axis', () => {
    expect(() => sequential([dense(1)], { inputShape: [-1, 784] })).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: sequential "sequential": expected inputShape to be the lengths of one sample, whole numbers without the batch axis; received [-1,784]. Fix: leave the batch axis out, e.g. inputShape: [28, 28, 1].]`,
    )
  })

  test('sequential: a layer that is not there', () => {
    expect(() => small().layer('output')).toThrowErrorMatchingInlineSnapshot(
      `[LayerError: sequential "small": expected the name of one of its layers: reshape, conv2d, batchNormalization, flatten, hidden, dropout, dense, activation; received "output". Fix: choose one of these names; model.summary() shows them.]`,
    )
  })

  test('layerFrom: an unknown kind', () => {
    expect(() => layerFrom({ kind: 'lstm', units: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: layerFrom: expected a layer of one of the kinds activation, averagePooling2d, batchNormalization, conv2d, dense, dropout, embedding, flatten, globalAveragePooling2d, globalMaxPooling2d, layerNormalization, maxPooling2d, reshape, sequential; received kind "lstm". Fix: correct the kind, or pass a maker for it: layerFrom(configuration, { layers: { kind: maker } }).]`,
    )
  })

  test('layerFrom: a missing setting', () => {
    expect(() => layerFrom({ kind: 'dense' })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: layerFrom: expected "units" to be a number; received nothing. Fix: pass what layer.configuration() gave, unchanged.]`,
    )
  })

  test('modelFrom: a single layer', () => {
    expect(() => modelFrom(dense(1).configuration())).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: modelFrom: expected the configuration of a model, of kind 'sequential'; received kind "dense". Fix: use layerFrom for the configuration of a single layer.]`,
    )
  })
})
