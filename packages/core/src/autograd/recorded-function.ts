/**
 * What all transformations are made of: running a function while it is recorded, pulling back from its results, and
 * seeing to it that everything made on the way is freed and the results find an owner.
 */
import { DTypeError, formatShape, isFloat, ShapeError, ValueError } from '@nabla/backend'
import { batching } from '../engine/batching.js'
import {
  computing,
  isRecording,
  isTracked,
  nextSerial,
  notice,
  type Recording,
  record,
} from '../engine/recording.js'
import { currentOwner, isPromise, Owner, runOwned, Scope, tensorsIn } from '../engine/scope.js'
import { openResults } from '../engine/step.js'
import { tracing } from '../engine/tracing.js'
import { fillLike } from '../primitives/fill-like.js'
import { detach, reshape } from '../primitives/views.js'
import { Tensor } from '../tensor.js'
import { backward } from './backward.js'

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor

/** A handle on the same values that gradients are taken with respect to. Called while recording. */
export function leaf(operation: string, x: Tensor): Tensor {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(operation, {
      expected: 'floating-point tensors to differentiate with respect to',
      received: `${x.dtype} ${formatShape(x.shape)}`,
      fix: "cast it first: x.cast('float32')",
    })
  }
  notice(x)
  tracing.current?.differentiate(x, operation)
  // Beneath a batched tensor gradients go on to be recorded: only the handle itself is new.
  const alias =
    batching.current?.rewrap(x, (physical) => reshape(operation, physical, physical.shape)) ??
    detach(operation, x)
  alias.node = isTracked(x)
    ? { primitive: 'reshape', operation, parameters: { shape: x.shape }, inputs: [x] }
    : { primitive: 'leaf', operation, inputs: [] }
  alias.node.serial = nextSerial()
  return alias
}

/** The result of a function that must return at once. */
export function requireSynchronous<R>(
  operation: string,
  value: R,
  fix = 'read values (await …) outside of the function; return what you need besides the loss as { value, … }',
): R {
  if (!isPromise(value)) return value
  // The function goes on after its tensors were freed; that it then fails is a consequence, not news.
  Promise.resolve(value).catch(() => {})
  throw new ValueError(operation, {
    expected: 'a function that returns at once',
    received: 'an async function',
    fix,
  })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value)
    ? 'an array'
    : `${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
}

/** The result of a function that must return one tensor. */
export function requireOutput(operation: string, value: unknown): Tensor {
  requireSynchronous(operation, value)
  if (isTensor(value)) return value
  throw new ValueError(operation, {
    expected: 'a function that returns a tensor',
    received: describe(value),
    fix: 'return the result from the function',
  })
}

/** The loss in what a differentiated function returned: the tensor itself, or the `value` of an object. */
export function requireLoss(operation: string, result: unknown): Tensor {
  requireSynchronous(operation, result)
  const value =
    !isTensor(result) && typeof result === 'object' && result !== null && 'value' in result
      ? result.value
      : result
  if (!isTensor(value)) {
    throw new ValueError(operation, {
      expected: 'a function that returns the loss, or { value: loss, … }',
      received: describe(value),
      fix: 'return the loss from the function',
    })
  }
  if (value.size !== 1 || !isFloat(value.dtype)) {
    throw new ShapeError(operation, {
      expected: 'a floating-point scalar to differentiate',
      received: `${value.dtype} ${formatShape(value.shape)}`,
      fix: isFloat(value.dtype)
        ? 'reduce the result to one number first, for example with mean() or sum(), or use vjp or jacobian'
        : 'compute the loss in floating point, without comparisons or rounding at the end',
    })
  }
  return value
}

/** Checks that a cotangent or tangent is like the tensor that it belongs to. */
export function requireLike(operation: string, name: string, given: Tensor, like: Tensor): void {
  if (given.dtype === like.dtype && formatShape(given.shape) === formatShape(like.shape)) return
  throw new ShapeError(operation, {
    expected: `a ${name} of ${like.dtype} ${formatShape(like.shape)}`,
    received: `${given.dtype} ${formatShape(given.shape)}`,
    fix: `give the ${name} the shape and dtype of what it belongs to`,
  })
}

export interface PullOptions {
  /** Recorded results that the caller goes on using. */
  readonly escaping?: readonly Tensor[]
  /** Whether the graph is pulled through again. */
  readonly retain?: boolean
}

/** A gradient computation in progress. */
export interface Computation {
  /** Runs with recording. */
  record<T>(body: () => T): T
  /** Cotangents of the leaves, zeros for those that the outputs don't depend on. */
  pull(
    outputs: readonly Tensor[],
    cotangents: readonly Tensor[],
    leaves: readonly Tensor[],
    options?: PullOptions,
  ): Tensor[]
}

/**
 * Runs a gradient computation. Tensors inside what it returns survive: an outer gradient in progress takes them, or the
 * batch that the inputs belong to, or else a step of their own; everything else is freed.
 */
export function compute<R>(operation: string, run: (computation: Computation) => R): R {
  const outer = currentOwner()
  const nested = isRecording()
  const owner = new Owner(`when ${operation} returned`, true)
  const recording: Recording = { batch: undefined, scope: undefined }
  const computation: Computation = {
    record: (body) => record(recording, body),
    pull: (outputs, cotangents, leaves, { escaping = [], retain = false } = {}) =>
      backward({ outputs, cotangents, leaves, owner, escaping: new Set(escaping), retain }).map(
        (found, position) => found ?? zerosLikeLeaf(leaves[position] as Tensor),
      ),
  }
  try {
    const result = computing(() => runOwned(owner, () => run(computation)))
    // An outer gradient differentiates through this one, so its graph keeps every intermediate result.
    if (nested && outer !== undefined) owner.hand(outer)
    else deliver(owner, tensorsIn(result, isTensor), outer, recording)
    return result
  } finally {
    if (!owner.closed) owner.close()
  }
}

function zerosLikeLeaf(leaf: Tensor): Tensor {
  return fillLike('gradient', leaf, leaf.shape, 0)
}

/** Gives the results of a finished computation to whoever frees them. */
function deliver(
  owner: Owner,
  results: readonly Tensor[],
  outer: Owner | undefined,
  { batch, scope }: Recording,
): void {
  const made = results.filter((result) => result.owner === owner)
  for (const result of made) result.node = undefined
  const inScope = outer === undefined || outer instanceof Scope
  if (made.length === 0) owner.close()
  else if (!inScope) owner.close(made, outer)
  else if (batch?.closed === false) owner.close(made, batch)
  else owner.close(made, openResults(outer ?? scope))
}
