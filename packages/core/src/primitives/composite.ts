/**
 * Composites: operations that a backend may claim as one kernel, and their decomposition where it doesn't, and
 * their gradients, each in the passes it needs.
 */
import { type CompositeName, expressions as e, input } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate } from '../engine/deliver.js'
import type { GradientRule, RuleContext } from '../engine/gradient-rule.js'
import { withoutRecording } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'
import { reduce } from './reduce.js'

const DECOMPOSITIONS: Record<CompositeName, (x: Tensor, axis: number) => Tensor> = {
  softmax: (x, axis) => {
    const [a, b] = [input(0, x.dtype), input(1, x.dtype)]
    const largest = reduce('softmax', 'maximum', x, [axis], true)
    const powers = map('softmax', e.exp(e.subtract(a, b)), [x, largest])
    const total = reduce('softmax', 'sum', powers, [axis], true)
    const result = map('softmax', e.divide(a, b), [powers, total])
    for (const each of [largest, powers, total]) each.dispose()
    return result
  },
  logSoftmax: (x, axis) => {
    const [a, b] = [input(0, x.dtype), input(1, x.dtype)]
    const largest = reduce('logSoftmax', 'maximum', x, [axis], true)
    const shifted = map('logSoftmax', e.subtract(a, b), [x, largest])
    const powers = map('logSoftmax', e.exp(a), [shifted])
    const total = reduce('logSoftmax', 'sum', powers, [axis], true)
    const result = map('logSoftmax', e.subtract(a, e.log(b)), [shifted, total])
    for (const each of [largest, shifted, powers, total]) each.dispose()
    return result
  },
}

/** The decomposition of a composite, for backends that don't claim it and for checking those that do. */
export function decompose(name: CompositeName, x: Tensor, axis: number): Tensor {
  return withoutRecording(() => DECOMPOSITIONS[name](x, axis))
}

/** A composite of one input along one axis. */
export function composite(name: CompositeName, x: Tensor, axis: number): Tensor {
  return perform(
    [x],
    () => ({
      primitive: 'composite',
      operation: name,
      parameters: { name, axis },
      inputs: [x],
      rule: compositeRule,
    }),
    () => {
      const isClaimed = x.backend.capabilities.composites.includes(name)
      return isClaimed ? claimed(name, x, axis) : decompose(name, x, axis)
    },
  )
}

function claimed(name: CompositeName, x: Tensor, axis: number): Tensor {
  const { tensor, view } = allocate(name, x.dtype, x.shape, [x])
  x.backend.run({
    kind: 'composite',
    label: name,
    name,
    attributes: { axis },
    inputs: [x.view(name)],
    outputs: [view],
  })
  return tensor
}

type Context = RuleContext<'composite'>

/** out · (ct − Σ ct · out) */
function softmax({ parameters, output, cotangent }: Context): Tensor {
  const { dtype } = output
  const [a, b, c] = [input(0, dtype), input(1, dtype), input(2, dtype)]
  const weighted = map('softmax gradient', e.multiply(a, b), [cotangent, output])
  const total = reduce('softmax gradient', 'sum', weighted, [parameters.axis], true)
  return map('softmax gradient', e.multiply(a, e.subtract(b, c)), [output, cotangent, total])
}

/** ct − exp(out) · Σ ct */
function logSoftmax({ parameters, output, cotangent }: Context): Tensor {
  const { dtype } = output
  const total = reduce('logSoftmax gradient', 'sum', cotangent, [parameters.axis], true)
  const [a, b, c] = [input(0, dtype), input(1, dtype), input(2, dtype)]
  return map('logSoftmax gradient', e.subtract(b, e.multiply(e.exp(a), c)), [output, cotangent, total])
}

const RULES: Record<CompositeName, (context: Context) => Tensor> = { softmax, logSoftmax }

const compositeRule: GradientRule<'composite'> = (context) => [RULES[context.parameters.name](context)]
