/**
 * Prediction: the outputs of a model for many samples, batch by batch.
 */
import { breathe, concatenate, type Jitted, jit, scope, type Tensor, ValueError } from '@nabla/core'
import { INFERENCE } from '../context.js'
import type { Module } from '../module.js'
import { checkPredictOptions, type PredictOptions } from './options.js'
import { structureOf } from './structure.js'

type Capture = Jitted<[x: Tensor, structure: unknown], Tensor>

const captures = /* @__PURE__ */ new WeakMap<Module, Capture>()

/** How a model computes its outputs as a captured program. Its weights are made first, if they weren't yet. */
function captureOf(model: Module, inputs: Tensor): Capture {
  const known = captures.get(model)
  if (known !== undefined) return known
  scope(() => void model.call(inputs.slice([0, 1]), INFERENCE))
  const made: Capture = jit((x) => model.call(x, INFERENCE), { name: 'prediction' })
  captures.set(model, made)
  return made
}

/** Outputs for all samples, along axis 0; for no samples, an output of none. @see Module.predict */
export async function predictAll(
  model: Module,
  inputs: Tensor,
  options: PredictOptions = {},
): Promise<Tensor> {
  checkPredictOptions(options)
  const { batchSize = 256, jit: captured = true } = options
  const [count] = inputs.shape
  if (count === undefined) {
    throw new ValueError('predict', {
      expected: 'samples along axis 0',
      received: 'a scalar',
      fix: 'add a batch axis: x.expandDims(0)',
    })
  }
  const capture = captured && count > 0 ? captureOf(model, inputs) : undefined
  const output = (x: Tensor): Tensor =>
    capture === undefined ? model.call(x, INFERENCE) : capture(x, structureOf(model))
  const outputs: Tensor[] = []
  try {
    for (let start = 0; start === 0 || start < count; start += batchSize) {
      const end = Math.min(count, start + batchSize)
      outputs.push(scope(() => output(inputs.slice([start, end]))))
      await breathe(inputs.backend)
    }
    const single = outputs.length === 1 ? outputs.pop() : undefined
    return single ?? concatenate(outputs, 0)
  } finally {
    for (const output of outputs) output.dispose()
  }
}
