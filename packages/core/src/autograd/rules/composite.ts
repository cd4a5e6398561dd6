/**
 * Gradients of composites, each in the passes it needs.
 */
import { type CompositeName, expressions as e, input } from '@nabla/backend'
import { map } from '../../primitives/map.js'
import { reduce, reduceMapped } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { GradientRule, RuleContext } from './rule.js'

type Context = RuleContext<'composite'>

/** out · (ct − Σ ct · out) */
function softmax({ parameters, output, cotangent }: Context): Tensor {
  const { dtype } = output
  const [a, b, c] = [input(0, dtype), input(1, dtype), input(2, dtype)]
  const total = reduceMapped('softmax gradient', 'sum', e.multiply(a, b), [cotangent, output], {
    axes: [parameters.axis],
    keepdims: true,
  })
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

export const compositeRule: GradientRule<'composite'> = (context) => [RULES[context.parameters.name](context)]
