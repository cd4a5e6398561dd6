/**
 * Composites: operations that a backend may claim as one kernel, and their decomposition where it doesn't, and
 * their gradients, each in the passes it needs.
 */
import { type CompositeName, type Expr, expressions as e, input } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate } from '../engine/deliver.js'
import type { GradientRule, RuleContext } from '../engine/gradient-rule.js'
import { withoutRecording } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'
import { reduce, reduceMapped } from './reduce.js'

/** What softmax and its logarithm are made of, with `axis` kept: each is a pass over `x`. */
export interface Exponentials {
  /** The largest element. */
  readonly largest: Tensor
  /** Σ exp(x − largest), at least 1. */
  readonly total: Tensor
}

/**
 * The largest element and the sum of the exponentials along an axis, always by the same two calls: where several
 * operations need them of one tensor (softmax, its logarithm, a cross-entropy and its gradient), those are merged when
 * the calls are recorded. Not differentiable.
 */
export function exponentials(operation: string, x: Tensor, axis: number): Exponentials {
  return withoutRecording(() => {
    const largest = reduce(operation, 'maximum', x, [axis], true)
    const power = e.exp(e.subtract(input(0, x.dtype), input(1, x.dtype)))
    return {
      largest,
      total: reduceMapped(operation, 'sum', power, [x, largest], { axes: [axis], keepdims: true }),
    }
  })
}

/** The last pass: an expression of an element, the largest one and the sum. */
const FINISH: Record<CompositeName, (x: Expr, largest: Expr, total: Expr) => Expr> = {
  softmax: (x, largest, total) => e.divide(e.exp(e.subtract(x, largest)), total),
  logSoftmax: (x, largest, total) => e.subtract(e.subtract(x, largest), e.log(total)),
}

/** The decomposition of a composite, for backends that don't claim it and for checking those that do. */
export function decompose(name: CompositeName, x: Tensor, axis: number): Tensor {
  const { largest, total } = exponentials(name, x, axis)
  const { dtype } = x
  const finish = FINISH[name](input(0, dtype), input(1, dtype), input(2, dtype))
  const result = withoutRecording(() => map(name, finish, [x, largest, total]))
  largest.dispose()
  total.dispose()
  return result
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

const compositeRule: GradientRule<'composite'> = (context) => [RULES[context.parameters.name](context)]
