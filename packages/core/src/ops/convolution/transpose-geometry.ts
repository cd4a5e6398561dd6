/**
 * Geometry of transposed convolution: output lengths, and the padding of the convolution that leads back from them.
 */
import { formatShape, type Shape, ShapeError, ValueError } from '@nabla/backend'
import type { PrimitiveParameters } from '../../engine/primitives.js'
import { asTwo, reachOf, type SpatialAxis, spatialAxes } from './geometry.js'
import {
  type AxisPadding,
  countPerAxis,
  type Pair,
  requireCount,
  requireRanks,
  type SpatialNames,
} from './options.js'

/** Options of a transposed convolution over one or two spatial axes. */
export interface TransposeOptions {
  readonly strides: number | readonly number[]
  readonly padding: readonly AxisPadding[]
  readonly dilation: number | readonly number[]
  readonly groups: number
  readonly outputPadding: number | readonly number[] | undefined
}

/** Length of the output along an axis and the padding of the convolution that leads back from it. */
interface Transposed {
  readonly length: number
  readonly padding: Pair
}

/**
 * Keras' rule (`deconv_output_length`). With `same` and an explicit output padding the cropping is that of TensorFlow,
 * which derives it from the output's length.
 */
function transposedAxis(axis: SpatialAxis, padding: AxisPadding, extra: number | undefined): Transposed {
  const reach = reachOf(axis)
  const covered = (axis.length - 1) * axis.stride + reach
  if (padding === 'same') {
    const length =
      extra === undefined ? axis.length * axis.stride : covered - 2 * Math.floor(reach / 2) + extra
    const total = Math.max(0, covered - length)
    const before = Math.floor(total / 2)
    return { length, padding: [before, total - before] }
  }
  if (padding === 'valid' || padding === 'causal') {
    return { length: covered + (extra ?? Math.max(0, axis.stride - reach)), padding: [0, 0] }
  }
  return { length: covered - padding[0] - padding[1] + (extra ?? 0), padding }
}

function requireExtra(
  operation: string,
  extra: readonly number[] | undefined,
  strides: readonly number[],
  names: SpatialNames,
): void {
  names.forEach((name, axis) => {
    const value = extra?.[axis]
    const stride = strides[axis] as number
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value < stride)) return
    throw new ValueError(operation, {
      expected: `outputPadding from 0 to ${stride - 1}, less than the stride, along the ${name} (axis ${axis + 1})`,
      received: `${value} with stride ${stride}`,
      fix: 'leave outputPadding out, or use a smaller one',
    })
  })
}

function requireChannels(operation: string, x: Shape, kernel: Shape, groups: number): void {
  const channels = x.at(-1) as number
  if (channels === kernel.at(-1) && channels % groups === 0) return
  const shapes = `input ${formatShape(x)} and kernel ${formatShape(kernel)} with groups ${groups}`
  if (channels !== kernel.at(-1)) {
    throw new ShapeError(operation, {
      expected:
        'axis -1 of the kernel as long as the channels (axis -1) of the input; the filters are its axis -2',
      received: `${shapes}: ${kernel.at(-1)} against ${channels}`,
      fix:
        channels === kernel.at(-2)
          ? 'exchange the last two axes of the kernel: matrixTranspose(kernel)'
          : 'make axis -1 of the kernel as long as the channels',
    })
  }
  throw new ShapeError(operation, {
    expected: 'a number of channels (axis -1 of the input) that groups divides',
    received: `${shapes}: ${channels} channels`,
    fix: 'choose groups that divide the channels',
  })
}

function requireElements(
  operation: string,
  x: Shape,
  kernel: Shape,
  axes: readonly SpatialAxis[],
  results: readonly Transposed[],
): void {
  axes.forEach(({ name, length, size }, position) => {
    const result = results[position] as Transposed
    if (length > 0 && size > 0 && result.length > 0) return
    throw new ShapeError(operation, {
      expected: `an output of at least 1 element along the ${name} (axis ${position + 1})`,
      received: `input ${formatShape(x)} and kernel ${formatShape(kernel)}, which give ${Math.max(0, result.length)}`,
      fix: 'use less padding, or an input and a kernel that are not empty',
    })
  })
}

export type TransposedGeometry = PrimitiveParameters['convolutionInput']

/** The checked geometry of a transposed convolution, as the primitive takes it. */
export function transposedGeometry(
  operation: string,
  x: Shape,
  kernel: Shape,
  options: TransposeOptions,
  names: SpatialNames,
): TransposedGeometry {
  requireRanks(operation, x, kernel, names, ['filters / groups', 'channels'])
  const groups = requireCount(operation, 'groups', options.groups)
  const strides = countPerAxis(operation, 'strides', options.strides, names)
  const dilation = countPerAxis(operation, 'dilation', options.dilation, names)
  const { outputPadding } = options
  const extra = typeof outputPadding === 'number' ? names.map(() => outputPadding) : outputPadding
  requireExtra(operation, extra, strides, names)
  requireChannels(operation, x, kernel, groups)
  const axes = spatialAxes(names, x.slice(1, -1), kernel, strides, dilation)
  const results = axes.map((axis, at) => transposedAxis(axis, options.padding[at] ?? 'valid', extra?.[at]))
  requireElements(operation, x, kernel, axes, results)
  return {
    strides: asTwo(strides, 1),
    dilation: asTwo(dilation, 1),
    padding: asTwo<Pair>(
      results.map(({ padding }) => padding),
      [0, 0],
    ),
    groups,
    size: asTwo(
      results.map(({ length }) => length),
      1,
    ),
  }
}
