/**
 * Host arrays from what people have at hand: typed arrays, nested lists of numbers, results of the readers.
 */
import { ShapeError, ValueError } from '@nabla/core'
import { checkShape, type HostArray, type HostData, isHostData } from '../host-array.js'

/** Lists of numbers (or booleans), nested to any depth; axis 0 counts the samples. */
export type NestedNumbers = readonly (number | boolean | NestedNumbers)[]

/** What `hostArray` takes: a typed array (one axis), an array with its shape, or nested lists. */
export type ArrayInput = HostData | HostArray | NestedNumbers

function shapeOf(nested: NestedNumbers): number[] {
  const shape: number[] = []
  let level: number | boolean | NestedNumbers | undefined = nested
  while (Array.isArray(level)) {
    shape.push(level.length)
    level = level[0]
  }
  return shape
}

function place(path: readonly number[], depth: number): string {
  const position = path.slice(0, depth)
  return position.length === 0 ? 'the top' : position.map((index) => `[${index}]`).join('')
}

function describeItem(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** Appends the numbers of `value` to `out` in row-major order; `path` is where in the lists `value` stands. */
function flattenInto(
  out: number[],
  value: unknown,
  shape: readonly number[],
  path: number[],
  depth: number,
): void {
  if (depth < shape.length) {
    const length = shape[depth]
    if (!Array.isArray(value) || value.length !== length) {
      throw new ShapeError('fromArrays', {
        expected: `a list of ${length} at ${place(path, depth)}, as shape [${shape.join(', ')}] has it`,
        received: describeItem(value),
        fix: 'make all lists of a level equally long',
      })
    }
    for (let index = 0; index < value.length; index++) {
      path[depth] = index
      flattenInto(out, value[index], shape, path, depth + 1)
    }
    return
  }
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw new ValueError('fromArrays', {
      expected: `a number at ${place(path, depth)}`,
      received: describeItem(value),
      fix: 'give numbers only, nested equally deep everywhere',
    })
  }
  out.push(Number(value))
}

/**
 * `input` as an array with its shape. Typed arrays are taken without a copy, lists become float32.
 *
 * @throws ShapeError, ValueError naming the index at which lists are ragged or not numbers
 * @example hostArray([[1, 2, 3]]).shape // [1, 3]
 */
export function hostArray(input: ArrayInput): HostArray {
  if (isHostData(input)) return { data: input, shape: [input.length] }
  if ('data' in input) {
    checkShape('fromArrays', input.data, input.shape)
    return { data: input.data, shape: input.shape }
  }
  const shape = shapeOf(input)
  const numbers: number[] = []
  flattenInto(numbers, input, shape, [], 0)
  return { data: Float32Array.from(numbers), shape }
}
