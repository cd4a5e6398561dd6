/**
 * Gather and scatter along an axis. Each is in the gradient of the other.
 */
import {
  broadcastLayout,
  expressions as e,
  index,
  input,
  type ScatterOperation,
  type Shape,
  type View,
} from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import { type GradientRule, inputAt, type RuleContext } from '../engine/gradient-rule.js'
import type { Tensor } from '../tensor.js'
import { fillLike } from './fill-like.js'
import { map } from './map.js'

function repeated(operation: string, tensor: Tensor, shape: Shape): View {
  const view = tensor.view(operation)
  return { ...view, ...broadcastLayout(view, shape) }
}

/**
 * `x` with its coordinate along `axis` taken from `indices` (int32, of x's rank; axes of length 1 are repeated to
 * x's lengths, except along `axis`, where its own length counts).
 */
export function gather(operation: string, x: Tensor, indices: Tensor, axis: number): Tensor {
  return perform(
    [x, indices],
    () => ({
      primitive: 'gather',
      operation,
      parameters: { axis },
      inputs: [x, indices],
      rule: gatherRule,
    }),
    () => {
      const backend = commonBackend(operation, [x, indices])
      const shape = x.shape.with(axis, indices.shape[axis] as number)
      const { tensor, view } = allocate(operation, x.dtype, shape, [x, indices])
      backend.run({
        kind: 'gather',
        label: operation,
        axis,
        input: x.view(operation),
        indices: repeated(operation, indices, shape),
        output: view,
      })
      return tensor
    },
  )
}

/** A copy of `initial` with `updates` combined in at `indices` along `axis`. */
export function scatter(
  operation: string,
  kind: ScatterOperation,
  initial: Tensor,
  indices: Tensor,
  updates: Tensor,
  axis: number,
): Tensor {
  return perform(
    [initial, indices, updates],
    () => ({
      primitive: 'scatter',
      operation,
      parameters: { operation: kind, axis },
      inputs: [initial, indices, updates],
      rule: scatterRule,
    }),
    () => {
      const backend = commonBackend(operation, [initial, indices, updates])
      const { tensor, view } = allocate(operation, initial.dtype, initial.shape, [initial, indices, updates])
      backend.run({
        kind: 'map',
        label: operation,
        shape: initial.shape,
        expressions: [input(0, initial.dtype)],
        inputs: [initial.view(operation)],
        scalars: [],
        outputs: [view],
      })
      backend.run({
        kind: 'scatter',
        label: operation,
        operation: kind,
        axis,
        indices: repeated(operation, indices, updates.shape),
        updates: updates.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

const gatherRule: GradientRule<'gather'> = ({ operation, parameters, inputs, cotangent, needs }) => {
  if (!needs(0)) return []
  const label = `${operation} gradient`
  const zeros = fillLike(label, cotangent, inputAt(inputs, 0).shape, 0)
  return [scatter(label, 'add', zeros, inputAt(inputs, 1), cotangent, parameters.axis), undefined]
}

type Scatter = RuleContext<'scatter'>

function scatterSet({ operation, parameters: { axis }, inputs, cotangent }: Scatter): Tensor[] {
  const label = `${operation} gradient`
  const indices = inputAt(inputs, 1)
  const updates = inputAt(inputs, 2)
  const zeros = fillLike(label, cotangent, updates.shape, 0)
  const initial = scatter(label, 'set', cotangent, indices, zeros, axis)
  // Of several updates to one place the last won: it finds its own position there.
  const own = map(label, e.add(e.multiply(e.cast(input(0, updates.dtype), 'int32'), 0), index(axis)), [zeros])
  const nobody = fillLike(label, own, cotangent.shape, -1)
  const winners = gather(label, scatter(label, 'set', nobody, indices, own, axis), indices, axis)
  const won = e.equal(input(0, 'int32'), input(1, 'int32'))
  const picked = gather(label, cotangent, indices, axis)
  return [initial, map(label, e.select(won, input(2, cotangent.dtype), 0), [winners, own, picked])]
}

/** Whatever equals the result shares its cotangent. */
function scatterExtreme({ operation, parameters: { axis }, inputs, output, cotangent }: Scatter): Tensor[] {
  const label = `${operation} gradient`
  const [initial, indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)]
  const { dtype } = cotangent
  const wins = e.cast(e.equal(input(0, dtype), input(1, dtype)), dtype)
  const initialWins = map(label, wins, [initial, output])
  const updateWins = map(label, wins, [updates, gather(label, output, indices, axis)])
  const count = scatter(label, 'add', initialWins, indices, updateWins, axis)
  const share = map(label, e.divide(input(0, dtype), e.maximum(input(1, dtype), 1)), [cotangent, count])
  const product = e.multiply(input(0, dtype), input(1, dtype))
  return [
    map(label, product, [initialWins, share]),
    map(label, product, [updateWins, gather(label, share, indices, axis)]),
  ]
}

const scatterRule: GradientRule<'scatter'> = (context) => {
  const { operation, parameters, inputs, cotangent } = context
  switch (parameters.operation) {
    case 'add':
      return [
        cotangent,
        undefined,
        gather(`${operation} gradient`, cotangent, inputAt(inputs, 1), parameters.axis),
      ]
    case 'set': {
      const [initial, updates] = scatterSet(context)
      return [initial, undefined, updates]
    }
    case 'maximum':
    case 'minimum': {
      const [initial, updates] = scatterExtreme(context)
      return [initial, undefined, updates]
    }
  }
}
