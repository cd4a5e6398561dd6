/**
 * A small problem for the tests of training: points on a circle in the plane, and in which of four sectors each lies.
 */
import { type Tensor, tensor } from '@nabla/core'
import { adam } from '@nabla/optim'
import { dense } from '../../layers/index.js'
import { type Sequential, sequential } from '../../models/sequential.js'
import type { Module } from '../../module.js'

export const QUIET = { verbose: 0 } as const

/** `count` points [count, 2] and their sectors [count]. */
export function sectors(count: number): { inputs: Tensor; targets: Tensor } {
  const angles = Array.from({ length: count }, (_, i) => (i * 2.399963) % (2 * Math.PI))
  return {
    inputs: tensor(angles.map((angle) => [Math.cos(angle), Math.sin(angle)])),
    targets: tensor(
      angles.map((angle) => Math.floor((2 * angle) / Math.PI)),
      { dtype: 'int32' },
    ),
  }
}

/** A compiled model that learns it. */
export function classifier(): Sequential {
  const model = sequential([dense(16, { activation: 'relu' }), dense(4)], { inputShape: [2] })
  return model.compile({
    optimizer: adam({ learningRate: 0.03 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
  })
}

/** All variables, as plain numbers. */
export async function weightsIn(model: Module): Promise<number[][]> {
  return Promise.all(model.variables.map(async ({ value }) => [...(await value.data())]))
}

/** What a function that must fail throws. */
export async function failure(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  throw new Error('expected it to fail, but it did not')
}
