/**
 * What primitives ask while a vmap runs: their results by the batching rule of the innermost level that their inputs
 * are batched by. Rules compute with primitives again, which handles outer levels.
 */
import { ValueError } from '@nabla/backend'
import type { Batching } from '../engine/batching.js'
import type { Primitive, StepOf } from '../engine/primitives.js'
import { currentOwner, Owner, runOwned } from '../engine/scope.js'
import type { Tensor } from '../tensor.js'
import { innermostLevel, type Level } from './level.js'
import { BATCHING_RULES } from './rules/index.js'

function requireOpen(operation: string, level: Level): void {
  if (level.isOpen) return
  throw new ValueError(operation, {
    expected: 'tensors of the function that vmap runs now',
    received: 'one from inside of a vmap that has returned',
    fix: 'return it from the function given to vmap, and use the result',
  })
}

/** Computes beneath a level, and frees what was made on the way unless a gradient around it needs that. */
function beneath(operation: string, level: Level, compute: () => readonly Tensor[]): Tensor[] {
  requireOpen(operation, level)
  const outer = currentOwner()
  const owner = new Owner('when the batching rule that made it had ended', true)
  try {
    const results = runOwned(owner, compute)
    if (level.isRecorded && level.owner !== undefined) owner.hand(level.owner)
    else owner.close(results, outer)
    return results.map((each) => level.wrap(each))
  } finally {
    if (!owner.closed) owner.close()
  }
}

function applyRule<P extends Primitive>(level: Level, step: StepOf<P>): Tensor[] {
  const { operation, parameters, inputs } = step
  const operands = inputs.map((input) => {
    const physical = level.physicalOf(input)
    return { tensor: physical ?? input, isBatched: physical !== undefined }
  })
  const rule = BATCHING_RULES[step.primitive]
  return beneath(operation, level, () => rule({ operation, parameters, operands, level }))
}

export const RULES: Batching = {
  apply(step) {
    const level = innermostLevel(step.inputs)
    return level === undefined ? undefined : applyRule(level, step as StepOf<Primitive>)
  },
  isBatched: (x) => innermostLevel([x]) !== undefined,
  rewrap(x, change) {
    const level = innermostLevel([x])
    const physical = level?.physicalOf(x)
    if (level === undefined || physical === undefined) return undefined
    return beneath('vmap', level, () => [change(physical)])[0]
  },
}
