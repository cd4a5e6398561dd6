/**
 * Products with the Jacobian and the matrices themselves: `vjp`, `jvp`, `jacobian`, `hessian`.
 */
import { formatShape, isFloat, ShapeError } from '@nabla/backend'
import { vmap } from '../batching/vmap.js'
import { fillLike } from '../primitives/fill-like.js'
import { reshape } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import { basisVectors } from './basis-vectors.js'
import { grad } from './gradient.js'
import { type Computation, compute, leaf, requireLike, requireOutput } from './recorded-function.js'
import { mapTensors, type TensorTree, treeTensors } from './tree.js'

interface Recorded {
  readonly output: Tensor
  readonly leaves: readonly Tensor[]
}

function runRecorded<A extends TensorTree>(
  operation: string,
  { record }: Computation,
  run: (argument: A) => Tensor,
  argument: A,
): Recorded {
  const leaves: Tensor[] = []
  const output = record(() => {
    const tracked = mapTensors(operation, argument, (tensor) => {
      const made = leaf(operation, tensor)
      leaves.push(made)
      return made
    })
    return requireOutput(operation, run(tracked))
  })
  if (isFloat(output.dtype)) return { output, leaves }
  throw new ShapeError(operation, {
    expected: 'a function with a floating-point result',
    received: `${output.dtype} ${formatShape(output.shape)}`,
    fix: 'compute in floating point, without comparisons or rounding at the end',
  })
}

/** Tensors in the structure of an argument. */
function arrange<A extends TensorTree>(operation: string, argument: A, tensors: readonly Tensor[]): A {
  let next = 0
  return mapTensors(operation, argument, () => tensors[next++] as Tensor)
}

export interface VectorJacobianProduct<A, R extends Tensor> {
  /** What the function returned. */
  readonly value: R
  /** The cotangent pulled back to the argument: cotangent · Jacobian. */
  readonly gradient: A
}

/**
 * The vector–Jacobian product: pulls a cotangent of the result back to the argument, in one backward pass.
 *
 * @example vjp((x: Tensor) => x.square())(tensor([1, 2]), tensor([1, 10])).gradient // [2, 40]
 */
export function vjp<A extends TensorTree, R extends Tensor>(
  run: (argument: A) => R,
): <B extends A>(argument: B, cotangent: Tensor) => VectorJacobianProduct<B, R> {
  const operation = 'vjp'
  return (argument, cotangent) =>
    compute(operation, (computation) => {
      const { output, leaves } = runRecorded(operation, computation, run, argument)
      requireLike(operation, 'cotangent', cotangent, output)
      const gradients = computation.pull([output], [cotangent], leaves, { escaping: [output] })
      return { value: output as R, gradient: arrange(operation, argument, gradients) }
    })
}

export interface JacobianVectorProduct<R extends Tensor> {
  /** What the function returned. */
  readonly value: R
  /** How the result changes along the tangent: Jacobian · tangent. */
  readonly tangent: Tensor
}

/**
 * The Jacobian–vector product: how the result changes when the argument moves along a tangent. Pulling back is linear
 * in the cotangent, and its own pull-back is the product wanted, so this takes two backward passes (Townsend, "A new
 * trick for calculating Jacobian vector products", 2017).
 *
 * @param tangent in the structure of the argument
 * @example jvp((x: Tensor) => x.square())(tensor([1, 2]), tensor([1, 10])).tangent // [2, 40]
 */
export function jvp<A extends TensorTree, R extends Tensor>(
  run: (argument: A) => R,
): (argument: A, tangent: A) => JacobianVectorProduct<R> {
  const operation = 'jvp'
  return (argument, tangent) =>
    compute(operation, (outer) => {
      const { value, direction, pulled } = outer.record(() =>
        compute(operation, (inner) => {
          const { output, leaves } = runRecorded(operation, inner, run, argument)
          const direction = leaf(operation, fillLike(operation, output, output.shape, 0))
          return {
            value: output,
            direction,
            pulled: inner.pull([output], [direction], leaves, { escaping: [output] }),
          }
        }),
      )
      const tangents = treeTensors(operation, tangent)
      treeTensors(operation, argument).forEach((each, position) => {
        requireLike(operation, 'tangent', tangents[position] ?? each, each)
      })
      const [result] = outer.pull(pulled, tangents, [direction], { escaping: [value] })
      return { value: value as R, tangent: result as Tensor }
    })
}

/** A tensor of derivatives for each tensor of the argument. */
export type JacobianOf<A, R extends Tensor> =
  A extends Tensor<infer S, infer D>
    ? Tensor<[...R['shape'], ...S], D>
    : { [K in keyof A]: JacobianOf<A[K], R> }

/**
 * All derivatives of the elements of the result with respect to those of the argument: shape
 * `[...result.shape, ...argument.shape]`, for each tensor of the argument. One backward pass for all elements of the
 * result at once (vmap), which takes the memory of as many.
 *
 * @example jacobian((x: Tensor) => x.square())(tensor([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacobian<A extends TensorTree, R extends Tensor>(
  run: (argument: A) => R,
): <B extends A>(argument: B) => JacobianOf<B, R> {
  const operation = 'jacobian'
  return <B extends A>(argument: B) =>
    compute(operation, (computation) => {
      const { output, leaves } = runRecorded(operation, computation, run, argument)
      const pullRow = (cotangent: Tensor): Tensor[] =>
        computation.pull([output], [cotangent], leaves, { escaping: [output] })
      // One backward pass for all elements of the result: cotangents are batched, the graph isn't.
      const rows = output.size === 0 ? [] : vmap(pullRow)(basisVectors(operation, output))
      const matrices = leaves.map((each, position) => {
        const shape = [...output.shape, ...each.shape]
        const row = rows[position]
        return row === undefined ? fillLike(operation, each, shape, 0) : reshape(operation, row, shape)
      })
      return arrange<TensorTree>(operation, argument, matrices) as JacobianOf<B, R>
    })
}

/**
 * The second derivatives of a scalar function of one tensor: shape `[...argument.shape, ...argument.shape]`.
 *
 * @example hessian((x: Tensor) => x.mul(x).mul(x).sum())(tensor([1, 2])) // [[6, 0], [0, 12]]
 */
export function hessian<A extends Tensor>(
  run: (argument: A) => Tensor,
): <B extends A>(argument: B) => JacobianOf<B, B> {
  return <B extends A>(argument: B) => jacobian((x: B) => grad(run)(x))(argument)
}
