/**
 * Models in captured training steps: layers that make their weights at the first call, batch statistics, dropout.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  checkpoint,
  jit,
  mean,
  setDefaultBackend,
  setSeed,
  sub,
  type Tensor,
  tensorFrom,
  variableGradients,
} from '@nabla/core'
import { adam } from '@nabla/optim'
import { beforeAll, describe, expect, it } from 'vitest'
import * as layers from './layers/index.js'
import { sequential } from './models/sequential.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const wave = (count: number, salt: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(3.7 * (i + 1) + salt))

const model = () =>
  sequential([
    layers.conv2d(3, 3, { padding: 'same', activation: 'relu' }),
    layers.batchNormalization({ momentum: 0.8 }),
    layers.maxPooling2d(2),
    layers.dropout(0.25, { seed: 4 }),
    layers.flatten(),
    layers.dense(5, { activation: 'tanh' }),
    layers.layerNormalization(),
    layers.dense(2),
  ])

const STEPS = 6

/** Losses, all variables by name, and what the model predicts, after some steps. */
function train(how: 'eager' | 'captured', withCheckpoint = false): Readonly<Record<string, number[]>> {
  setSeed(11)
  const net = model()
  const optimizer = adam({ learningRate: 0.01 })
  const call = (x: Tensor): Tensor => net.call(x, { training: true })
  const segment = withCheckpoint ? checkpoint(call) : call
  const direct = (x: Tensor, y: Tensor): Tensor => {
    // The first call makes the weights, inside the captured function.
    if (net.variables.length === 0) net.call(x)
    const variables = net.trainableVariables
    const { value, gradients } = variableGradients(() => mean(sub(segment(x), y).square()), variables)
    optimizer.apply(gradients, variables)
    return value
  }
  const step = how === 'captured' ? jit(direct) : direct
  const losses = Array.from({ length: STEPS }, (_, round) => {
    const x = tensorFrom(wave(96, round), [6, 4, 4, 1])
    const y = tensorFrom(wave(12, round + 50), [6, 2])
    return Number(step(x, y).dataSync()[0])
  })
  const predicted = net.call(tensorFrom(wave(32, 9), [2, 4, 4, 1]))
  const variables = net
    .namedVariables()
    .map(({ path, variable }) => [path, Array.from(variable.value.dataSync(), Number)] as const)
  return { losses, predicted: Array.from(predicted.dataSync(), Number), ...Object.fromEntries(variables) }
}

describe('a model with lazily made weights, batch normalization and dropout', () => {
  it.each([false, true])('trains the same captured; in a checkpoint: %s', (withCheckpoint) => {
    const [eager, captured] = [train('eager', withCheckpoint), train('captured', withCheckpoint)]
    expect(Object.keys(captured)).toEqual(Object.keys(eager))
    expect(Object.keys(eager).length).toBeGreaterThan(10)
    for (const [name, values] of Object.entries(eager)) {
      values.forEach((value, i) => {
        expect(captured[name]?.[i], `${name}[${i}]`).toBeCloseTo(value, 4)
      })
    }
    expect(new Set(captured.losses).size).toBe(STEPS)
  })

  it('gets its weights from the same random numbers', () => {
    setSeed(3)
    const eager = layers.dense(4)
    const x = tensorFrom(wave(6, 1), [2, 3])
    const wanted = Array.from(eager.call(x).dataSync())
    setSeed(3)
    const captured = layers.dense(4)
    const f = jit((each: Tensor) => captured.call(each))
    expect([f(x), f(x)].map((each) => Array.from(each.dataSync()))).toEqual([wanted, wanted])
    expect(captured.variables).toHaveLength(2)
  })
})
