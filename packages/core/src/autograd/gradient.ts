/**
 * Gradients of functions of tensors: `grad`, `valueAndGrad` and `gradients` (with respect to variables).
 */
import { DTypeError, formatShape, isFloat, ShapeError, ValueError } from '@nabla/backend'
import type { GraphNode } from '../engine/primitives.js'
import { type Recording, record, recordingDepth } from '../engine/recording.js'
import { currentOwner, Owner, runOwned, tensorsIn } from '../engine/scope.js'
import { fillLike } from '../primitives/fill-like.js'
import { detach } from '../primitives/views.js'
import { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import { backward } from './backward.js'
import { mapTensors, type TensorTree } from './tree.js'

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor

/** A handle on the same values that gradients are taken with respect to. */
export function leaf(operation: string, x: Tensor): Tensor {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(operation, {
      expected: 'floating-point tensors to differentiate with respect to',
      received: `${x.dtype} ${formatShape(x.shape)}`,
      fix: "cast it first: x.cast('float32')",
    })
  }
  const alias = detach(operation, x)
  const node: GraphNode =
    x.node === undefined
      ? { primitive: 'leaf', operation, inputs: [] }
      : { primitive: 'reshape', operation, parameters: { shape: x.shape }, inputs: [x] }
  alias.node = node
  return alias
}

function requireScalar(operation: string, value: unknown): Tensor {
  if (value instanceof Promise) {
    throw new ValueError(operation, {
      expected: 'a function that returns its loss at once',
      received: 'an async function',
      fix: 'read values (await …) outside of the function; return what you need besides the loss as { value, … }',
    })
  }
  if (!isTensor(value)) {
    throw new ValueError(operation, {
      expected: 'a function that returns a tensor, or { value: tensor, … }',
      received: value === null ? 'null' : typeof value,
      fix: 'return the loss from the function',
    })
  }
  if (value.size !== 1 || !isFloat(value.dtype)) {
    throw new ShapeError(operation, {
      expected: 'a floating-point scalar to differentiate',
      received: `${value.dtype} ${formatShape(value.shape)}`,
      fix: 'reduce the result to one number first, for example with mean() or sum(), or use vjp or jacobian',
    })
  }
  return value
}

/** What a differentiated function may return: the loss, or an object with the loss as `value` and anything besides. */
export type Differentiable = Tensor | { readonly value: Tensor }

/** What the function returned, besides the loss. */
export type Auxiliary<R> = R extends Tensor ? undefined : R

/** A gradient computation in progress: owns what is made on the way. */
export interface Computation {
  readonly owner: Owner
  /** Cotangents of the leaves; zeros for those that the output doesn't depend on. */
  pull(output: Tensor, cotangent: Tensor, leaves: readonly Tensor[], escaping: ReadonlySet<Tensor>): Tensor[]
}

/**
 * Runs a gradient computation: `run` records while it calls `recorded`, then pulls back. Tensors inside what it returns
 * survive: they go to the batch or step that the inputs belong to, else to the surrounding scope, else to nobody.
 */
export function compute<R>(operation: string, run: (recorded: <T>(body: () => T) => T, computation: Computation) => R): R {
  const outer = currentOwner()
  const nested = recordingDepth() > 0
  const owner = new Owner(`when ${operation} returned; return it from the function or call keep() on it`, true)
  const recording: Recording = { owner: undefined }
  const computation: Computation = {
    owner,
    pull: (output, cotangent, leaves, escaping) =>
      backward(output, cotangent, leaves, owner, escaping).map(
        (found, position) => found ?? zerosOf(leaves[position] as Tensor),
      ),
  }
  try {
    const result = runOwned(owner, () => run((body) => record(recording, body), computation))
    // An outer gradient differentiates through this one, so its graph keeps every intermediate result.
    if (nested && outer !== undefined) owner.hand(outer)
    else owner.close(untracked(tensorsIn(result, isTensor) as Tensor[]), outer ?? recording.owner)
    return result
  } catch (error) {
    if (!owner.closed) owner.close()
    throw error
  }
}

function untracked(tensors: Tensor[]): Tensor[] {
  for (const tensor of tensors) tensor.node = undefined
  return tensors
}

function zerosOf(leaf: Tensor): Tensor {
  return fillLike('gradient', leaf, leaf.shape, 0)
}

export interface ValueAndGradient<G, R extends Differentiable> {
  /** The loss. */
  readonly value: Tensor
  /** Its gradient, in the structure of the argument. */
  readonly gradient: G
  /** What the function returned if it returned an object: `{ value, … }`. */
  readonly auxiliary: Auxiliary<R>
}

/**
 * A function that computes `run` and the gradient of its scalar result with respect to its first argument, which may
 * be a tensor or any nesting of tensors in arrays and plain objects. Tensors made inside live until it returns, unless
 * they are part of what is returned.
 *
 * Reverse-mode automatic differentiation (Linnainmaa 1970; Griewank & Walther, "Evaluating Derivatives", 2008).
 *
 * @example
 * const { value, gradient } = valueAndGrad((w: Tensor) => x.matmul(w).sub(y).square().mean())(w)
 */
export function valueAndGrad<A extends TensorTree, Rest extends readonly unknown[], R extends Differentiable>(
  run: (argument: A, ...rest: Rest) => R,
): (argument: A, ...rest: Rest) => ValueAndGradient<A, R> {
  return (argument, ...rest) =>
    compute('valueAndGrad', (recorded, { pull }) => {
      const leaves: Tensor[] = []
      const result = recorded(() => {
        const tracked = mapTensors(argument, (tensor) => {
          const made = leaf('valueAndGrad', tensor)
          leaves.push(made)
          return made
        })
        return run(tracked, ...rest)
      })
      const value = requireScalar('valueAndGrad', isTensor(result) ? result : result?.value)
      const escaping = new Set<Tensor>(tensorsIn(result, isTensor) as Tensor[])
      const pulled = pull(value, fillLike('gradient', value, value.shape, 1), leaves, escaping)
      let next = 0
      const gradient = mapTensors(argument, () => pulled[next++] as Tensor)
      return { value, gradient, auxiliary: (isTensor(result) ? undefined : result) as Auxiliary<R> }
    })
}

/**
 * The gradient alone.
 *
 * @example grad((x: Tensor) => x.square().sum())(tensor([1, 2])) // [2, 4]
 */
export function grad<A extends TensorTree, Rest extends readonly unknown[]>(
  run: (argument: A, ...rest: Rest) => Differentiable,
): (argument: A, ...rest: Rest) => A {
  const both = valueAndGrad(run)
  return (argument, ...rest) => {
    const { value, gradient, auxiliary } = both(argument, ...rest)
    for (const tensor of tensorsIn([value, auxiliary], isTensor)) {
      if (recordingDepth() === 0 && !tensorsIn(argument, isTensor).includes(tensor)) tensor.dispose()
    }
    return gradient
  }
}

export interface VariableGradients<R extends Differentiable> {
  readonly value: Tensor
  /** One gradient per variable, in their order. */
  readonly gradients: Tensor[]
  readonly auxiliary: Auxiliary<R>
}

/**
 * Computes `run` and the gradients of its scalar result with respect to variables: what a training loop written by
 * hand calls, followed by `optimizer.step(gradients)`.
 *
 * @example
 * const { value, gradients } = variableGradients(() => loss(model.call(x), y), model.trainableVariables)
 */
export function variableGradients<R extends Differentiable>(
  run: () => R,
  variables: readonly Variable[],
): VariableGradients<R> {
  return compute('variableGradients', (recorded, { pull }) => {
    const leaves = variables.map((variable) => leaf(`variableGradients of "${variable.name}"`, variable.value))
    const substituted = variables.reduceRight<() => R>(
      (body, variable, position) => () => variable.substitute(leaves[position] as Tensor, body),
      run,
    )
    const result = recorded(substituted)
    const value = requireScalar('variableGradients', isTensor(result) ? result : result?.value)
    const escaping = new Set<Tensor>(tensorsIn(result, isTensor) as Tensor[])
    const gradients = pull(value, fillLike('gradient', value, value.shape, 1), leaves, escaping)
    return { value, gradients, auxiliary: (isTensor(result) ? undefined : result) as Auxiliary<R> }
  })
}
