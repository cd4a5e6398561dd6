/**
 * vmap: functions written for one example, run on a batch of them at once.
 */
import { type DType, normalizeAxis, type Shape } from '@nabla/backend'
import { requireSynchronous } from '../autograd/recorded-function.js'
import { broadcast, permute } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import { RULES } from './apply.js'
import { axisOf, BatchLength, type InAxes, mapTensorsIn, requireBatchAxis } from './arguments.js'
import { Level } from './level.js'

export interface VmapOptions {
  /**
   * The axis of each argument that counts the examples, negative from the end: one number for all, or an array with one
   * entry per argument, null where the argument is the same for every example. Default 0.
   */
  readonly inAxes?: InAxes
  /** The axis of each result that counts the examples, negative from the end. Default 0. */
  readonly outAxes?: number
}

/** The same with an axis more in every tensor, which static shapes don't follow. */
export type Batched<T> =
  T extends Tensor<Shape, infer D extends DType>
    ? Tensor<Shape, D>
    : T extends ((...parameters: never[]) => unknown) | ReadonlyMap<never, unknown> | ReadonlySet<unknown>
      ? T
      : { [K in keyof T]: Batched<T[K]> }

/** All axes in order, but for one that goes elsewhere. */
function moveAxis(rank: number, from: number, to: number): number[] {
  const others = Array.from({ length: rank }, (_, axis) => axis).toSpliced(from, 1)
  return others.toSpliced(to, 0, from)
}

/**
 * A function that does for every example of a batch what `run` does for one, in the same number of kernel calls: each
 * operation computes all examples at once. It composes with the gradients in any order and with itself:
 * `vmap(grad(loss), { inAxes: [null, 0, 0] })` are gradients per example.
 *
 * Arguments and results are tensors, or arrays and plain objects of them; whatever else stands there is passed on as it
 * is. In `run` each mapped tensor has the shape of one example: `[...]` without the batch axis, which stands at
 * `outAxes` in every result. Results that don't depend on the batch are repeated. Random operations draw the same numbers
 * for every example, and variables are the same for all. Values can't be read inside.
 *
 * What is made inside is freed, except for the results, which belong to the surrounding scope, as those of any operation.
 *
 * Batching by rules for each primitive, as vmap of JAX (Bradbury et al., "JAX: composable transformations of
 * Python+NumPy programs", 2018).
 *
 * @throws ShapeError when batches differ in length; ValueError when nothing is mapped, the batch is empty, or `run` is
 * async; AxisError when a tensor hasn't the axis.
 * @example
 * vmap((a: Tensor, b: Tensor) => a.dot(b))(x, y) // [n, d] and [n, d] to [n]
 */
export function vmap<Parameters extends readonly unknown[], R>(
  run: (...parameters: Parameters) => R,
  { inAxes = 0, outAxes = 0 }: VmapOptions = {},
): (...parameters: { [K in keyof Parameters]: Batched<Parameters[K]> }) => Batched<R> {
  const operation = 'vmap'
  return (...parameters) => {
    const eachMapped = (visit: (tensor: Tensor, axis: number, path: string) => Tensor): unknown[] =>
      parameters.map((parameter, position) => {
        const axis = axisOf(operation, inAxes, position, parameters.length)
        if (axis === null) return parameter
        return mapTensorsIn(parameter, `argument ${position}`, (tensor, path) =>
          visit(tensor, requireBatchAxis(operation, axis, tensor.ndim, path), path),
        )
      })
    const length = new BatchLength(operation)
    eachMapped((tensor, axis, path) => length.note(tensor, axis, path))
    const level = new Level(length.get(), RULES)
    return level.run(operation, () => {
      const visible = eachMapped((tensor, axis) =>
        level.wrap(permute(operation, tensor, moveAxis(tensor.ndim, axis, 0))),
      )
      const result = requireSynchronous(
        operation,
        run(...(visible as readonly unknown[] as Parameters)),
        'read values (await …) outside of the function, from what vmap returns',
      )
      return mapTensorsIn(result, 'result', (tensor, path) => collect(level, tensor, outAxes, path))
    }) as Batched<R>
  }
}

/** One result for all examples, the batch at `axis`. */
function collect(level: Level, tensor: Tensor, axis: number, path: string): Tensor {
  const all = level.physicalOf(tensor) ?? broadcast('vmap', tensor, [level.size, ...tensor.shape])
  const place = normalizeAxis(`vmap, outAxes of ${path}`, axis, all.ndim)
  return permute('vmap', all, moveAxis(all.ndim, 0, place))
}
