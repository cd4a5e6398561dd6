/**
 * Prediction: the outputs of a model for many samples, batch by batch.
 */
import { breathe, concatenate, scope, type Tensor, ValueError } from '@nabla/core'
import { INFERENCE } from '../context.js'
import type { Module } from '../module.js'
import { checkPredictOptions, type PredictOptions } from './options.js'

/** Outputs for all samples, along axis 0; for no samples, an output of none. @see Module.predict */
export async function predictAll(
  model: Module,
  inputs: Tensor,
  options: PredictOptions = {},
): Promise<Tensor> {
  checkPredictOptions(options)
  const { batchSize = 256 } = options
  const [count] = inputs.shape
  if (count === undefined) {
    throw new ValueError('predict', {
      expected: 'samples along axis 0',
      received: 'a scalar',
      fix: 'add a batch axis: x.expandDims(0)',
    })
  }
  const outputs: Tensor[] = []
  try {
    for (let start = 0; start === 0 || start < count; start += batchSize) {
      const end = Math.min(count, start + batchSize)
      outputs.push(scope(() => model.call(inputs.slice([start, end]), INFERENCE)))
      await breathe()
    }
    const single = outputs.length === 1 ? outputs.pop() : undefined
    return single ?? concatenate(outputs, 0)
  } finally {
    for (const output of outputs) output.dispose()
  }
}
