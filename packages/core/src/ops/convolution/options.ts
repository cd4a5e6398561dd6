/**
 * Options of convolution and pooling as users write them, brought to one form: one value per spatial axis.
 */
import { formatShape, type Shape, ShapeError, ValueError } from '@nabla/backend'
import type { ShapeMismatch } from '../../types/shapes.js'

export type Pair = readonly [number, number]

/** Height and width, or one number for both. */
export type Size2d = number | Pair

/**
 * - `valid`: no padding; windows lie inside the input
 * - `same`: zeros so that with stride 1 the output is as long as the input: `ceil(length / stride)` in general, the odd
 *   zero at the end (TensorFlow's rule)
 * - a number: zeros on both sides
 */
export type PaddingName = 'valid' | 'same'

/** Zeros per axis: a number for both sides or `[before, after]`. */
export type Padding2d = PaddingName | number | readonly [number | Pair, number | Pair]

/** `causal`: all zeros in front, so that an output sees nothing after its own position. */
export type Padding1d = PaddingName | 'causal' | number | Pair

/** Padding of one axis before its lengths are known. */
export type AxisPadding = PaddingName | 'causal' | Pair

/** Names of the spatial axes in messages. */
export type SpatialNames = readonly ['length'] | readonly ['height', 'width']

function requireWhole(operation: string, option: string, value: unknown, minimum: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum) return value
  const perAxis = option === 'groups' ? '' : ', for all spatial axes or one for each'
  throw new ValueError(operation, {
    expected: `${option} as a whole number of at least ${minimum}${perAxis}`,
    received: JSON.stringify(value) ?? String(value),
    fix: `pass ${minimum} or more, or leave ${option} out for the default`,
  })
}

/** An option that counts something, per spatial axis. */
export function countPerAxis(
  operation: string,
  option: string,
  value: number | readonly number[],
  names: SpatialNames,
): number[] {
  if (typeof value === 'number') return names.map(() => requireWhole(operation, option, value, 1))
  if (Array.isArray(value) && value.length === names.length) {
    return value.map((each) => requireWhole(operation, option, each, 1))
  }
  throw new ValueError(operation, {
    expected: `${option} as one number${names.length === 2 ? ' or a pair [height, width]' : ''}`,
    received: JSON.stringify(value),
    fix: `pass ${names.length} value${names.length === 1 ? '' : 's'}, one per spatial axis (${names.join(', ')})`,
  })
}

/** One number that counts something. */
export function requireCount(operation: string, option: string, value: number): number {
  return requireWhole(operation, option, value, 1)
}

function sides(operation: string, value: number | Pair): Pair {
  const pair = typeof value === 'number' ? [value, value] : value
  const [before, after] = pair.map((each) => requireWhole(operation, 'padding', each, 0))
  return [before ?? 0, after ?? 0]
}

function badPadding(operation: string, padding: unknown, names: SpatialNames): ValueError {
  const forms = names.length === 2 ? '[[top, bottom], [left, right]]' : "'causal' or [before, after]"
  return new ValueError(operation, {
    expected: `padding as 'valid', 'same', a number or ${forms}`,
    received: JSON.stringify(padding) ?? String(padding),
    fix: "write padding: 'same' to keep the length, or give the zeros per side",
  })
}

/** Padding for two spatial axes. */
export function paddingOf2d(operation: string, padding: Padding2d): [AxisPadding, AxisPadding] {
  if (padding === 'valid' || padding === 'same') return [padding, padding]
  if (typeof padding === 'number') return [sides(operation, padding), sides(operation, padding)]
  if (Array.isArray(padding) && padding.length === 2) {
    return [sides(operation, padding[0]), sides(operation, padding[1])]
  }
  throw badPadding(operation, padding, ['height', 'width'])
}

/** Padding for one spatial axis. */
export function paddingOf1d(operation: string, padding: Padding1d): [AxisPadding] {
  if (padding === 'valid' || padding === 'same' || padding === 'causal') return [padding]
  if (typeof padding === 'number' || (Array.isArray(padding) && padding.length === 2))
    return [sides(operation, padding)]
  throw badPadding(operation, padding, ['length'])
}

/** Checks the number of axes of an input and a kernel; `kernelEnds` names the last two axes of the kernel. */
export function requireRanks(
  operation: string,
  x: Shape,
  kernel: Shape,
  names: SpatialNames,
  kernelEnds: readonly [string, string],
): void {
  const rank = names.length + 2
  if (x.length === rank && kernel.length === rank) return
  const layout = (axes: readonly string[]): string => `[${axes.join(', ')}]`
  throw new ShapeError(operation, {
    expected: `an input ${layout(['batch', ...names, 'channels'])} and a kernel ${layout([...names, ...kernelEnds])}, ${rank} axes each`,
    received: `input ${formatShape(x)} and kernel ${formatShape(kernel)}, with ${x.length} and ${kernel.length} axes`,
    fix:
      x.length === rank - 1
        ? 'add a batch axis to the input at axis 0, or a channel axis at its end, with expandDims'
        : `reshape the ${x.length === rank ? 'kernel' : 'input'} to ${rank} axes`,
  })
}

/** What a tensor must also be to have `Rank` axes: anything where its rank isn't known. */
export type OfRank<S extends Shape, Rank extends number> = number extends S['length']
  ? unknown
  : S['length'] extends Rank
    ? unknown
    : ShapeMismatch<'another number of axes is needed'>

/** The length of one axis of a shape, where the compiler knows it. */
export type LengthOf<S extends Shape, Axis extends number> = Axis extends keyof S
  ? S[Axis] extends number
    ? S[Axis]
    : number
  : number
