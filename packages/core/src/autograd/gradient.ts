/**
 * Gradients of functions of tensors: `grad`, `valueAndGrad` and, with respect to variables, `variableGradients`.
 */
import { ValueError } from '@nabla/backend'
import { tensorsIn } from '../engine/scope.js'
import { fillLike } from '../primitives/fill-like.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { type Computation, compute, isTensor, leaf, requireLoss } from './recorded-function.js'
import { mapTensors, type TensorTree } from './tree.js'

/** What a differentiated function may return: the loss, or an object with the loss as `value` and anything besides. */
export type Differentiable = Tensor | { readonly value: Tensor }

/** The loss in what the function returned. */
export type LossOf<R extends Differentiable> = R extends Tensor
  ? R
  : R extends { readonly value: infer V extends Tensor }
    ? V
    : Tensor

/** What the function returned, if that is more than the loss. */
export type Auxiliary<R> = R extends Tensor ? undefined : R

interface Pulled {
  readonly loss: Tensor
  readonly gradients: readonly Tensor[]
}

/** Gradients of the loss in `result`, which the caller goes on using where `escapes`. */
function pullLoss(
  operation: string,
  { pull }: Computation,
  result: unknown,
  leaves: readonly Tensor[],
  escapes: boolean,
): Pulled {
  const loss = requireLoss(operation, result)
  const escaping = escapes ? tensorsIn(result, isTensor) : []
  const gradients = pull([loss], [fillLike(operation, loss, loss.shape, 1)], leaves, { escaping })
  return { loss, gradients }
}

/** Runs `run` on tracked handles of the tensors in `argument`. */
function runTracked<A extends TensorTree, Rest extends readonly unknown[], R>(
  operation: string,
  { record }: Computation,
  run: (argument: A, ...rest: Rest) => R,
  argument: A,
  rest: Rest,
): { readonly result: R; readonly leaves: readonly Tensor[] } {
  const leaves: Tensor[] = []
  const result = record(() => {
    const tracked = mapTensors(operation, argument, (tensor) => {
      const made = leaf(operation, tensor)
      leaves.push(made)
      return made
    })
    return run(tracked, ...rest)
  })
  return { result, leaves }
}

/** The gradients in the structure of the argument. */
function arrange<A extends TensorTree>(operation: string, argument: A, gradients: readonly Tensor[]): A {
  let next = 0
  return mapTensors(operation, argument, () => gradients[next++] as Tensor)
}

export interface ValueAndGradient<A, R extends Differentiable> {
  /** The loss. */
  readonly value: LossOf<R>
  /** Its gradient, in the structure of the argument. */
  readonly gradient: A
  /** What the function returned, if it returned an object: `{ value, … }`. */
  readonly auxiliary: Auxiliary<R>
}

/**
 * A function that computes `run` and the gradient of its scalar result with respect to its first argument, which may
 * be a tensor or any nesting of tensors in arrays and plain objects. Tensors made inside live until it returns, unless
 * they are part of what is returned.
 *
 * Reverse-mode automatic differentiation (Linnainmaa 1970; Griewank & Walther, "Evaluating Derivatives", 2008).
 *
 * @throws ShapeError when the result isn't a scalar; ValueError for an async function.
 * @example
 * const { value, gradient } = valueAndGrad((w: Tensor) => x.matmul(w).sub(y).square().mean())(w)
 */
export function valueAndGrad<A extends TensorTree, Rest extends readonly unknown[], R extends Differentiable>(
  run: (argument: A, ...rest: Rest) => R,
): <B extends A>(argument: B, ...rest: Rest) => ValueAndGradient<B, R> {
  const operation = 'valueAndGrad'
  return (argument, ...rest) =>
    compute(operation, (computation) => {
      const { result, leaves } = runTracked(operation, computation, run, argument, rest)
      const { loss, gradients } = pullLoss(operation, computation, result, leaves, true)
      return {
        value: loss as LossOf<R>,
        gradient: arrange(operation, argument, gradients),
        auxiliary: (isTensor(result) ? undefined : result) as Auxiliary<R>,
      }
    })
}

/**
 * The gradient alone. Derivatives of higher order are gradients of gradients.
 *
 * @example
 * grad((x: Tensor) => x.square().sum())(tensor([1, 2])) // [2, 4]
 * grad(grad((x: Tensor) => x.mul(x).mul(x)))(tensor(2)) // 12
 */
export function grad<A extends TensorTree, Rest extends readonly unknown[]>(
  run: (argument: A, ...rest: Rest) => Differentiable,
): <B extends A>(argument: B, ...rest: Rest) => B {
  const operation = 'grad'
  return (argument, ...rest) =>
    compute(operation, (computation) => {
      const { result, leaves } = runTracked(operation, computation, run, argument, rest)
      return arrange(operation, argument, pullLoss(operation, computation, result, leaves, false).gradients)
    })
}

export interface VariableGradients<R extends Differentiable> {
  /** The loss. */
  readonly value: LossOf<R>
  /** One gradient per variable, in their order. */
  readonly gradients: Tensor[]
  /** What the function returned, if it returned an object: `{ value, … }`. */
  readonly auxiliary: Auxiliary<R>
}

function requireDistinct(variables: readonly Variable[]): void {
  const twice = variables.find((variable, position) => variables.indexOf(variable) !== position)
  if (twice === undefined) return
  throw new ValueError('variableGradients', {
    expected: 'each variable once',
    received: `variable "${twice.name}" twice`,
    fix: 'remove the repetition: [...new Set(variables)]',
  })
}

/**
 * Computes `run` and the gradients of its scalar result with respect to variables: what a training loop written by
 * hand calls, followed by `optimizer.apply(gradients, variables)`.
 *
 * The results live until the next batch is asked for, when the inputs come from a data loader; else the gradients
 * until they are applied, and the rest until the next ones are. `keep()` makes them live longer.
 *
 * @throws ShapeError when the result isn't a scalar; ValueError for an async function.
 * @example
 * const { value, gradients } = variableGradients(() => loss(model.call(x), y), model.trainableVariables)
 */
export function variableGradients<R extends Differentiable>(
  run: () => R,
  variables: readonly Variable[],
): VariableGradients<R> {
  const operation = 'variableGradients'
  requireDistinct(variables)
  return compute(operation, (computation) => {
    const leaves = variables.map((variable) =>
      leaf(`${operation}: variable "${variable.name}"`, variable.value),
    )
    // Backward runs with the substitutes too: checkpoints recompute then.
    return Variable.substitute(variables, leaves, () => {
      const result = computation.record(run)
      const { loss, gradients } = pullLoss(operation, computation, result, leaves, true)
      return {
        value: loss as LossOf<R>,
        gradients: [...gradients],
        auxiliary: (isTensor(result) ? undefined : result) as Auxiliary<R>,
      }
    })
  })
}
