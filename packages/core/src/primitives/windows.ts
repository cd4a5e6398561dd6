/**
 * Sliding windows as a view, and the reverse: every element becomes the sum over the windows that hold it, by one
 * in-place addition per window position, in a fixed order, so it is deterministic. Each is the gradient of the other.
 */
import {
  expressions,
  input,
  type Layout,
  type Shape,
  sizeOf,
  sliceLayout,
  type View,
  type WindowAxis,
  windowLayout,
} from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { alias, allocate } from '../engine/deliver.js'
import { type GradientRule, inputAt } from '../engine/gradient-rule.js'
import type { Tensor } from '../tensor.js'
import { fillView } from './copy.js'

/** Coordinates inside the windows, in row-major order. */
function* offsets(windows: readonly WindowAxis[]): Generator<number[]> {
  const sizes = windows.map(({ size }) => size)
  const total = sizeOf(sizes)
  for (let flat = 0; flat < total; flat++) {
    let rest = flat
    const offset = new Array<number>(sizes.length)
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] as number
      offset[axis] = rest % size
      rest = Math.floor(rest / size)
    }
    yield offset
  }
}

function targetView(
  whole: View,
  windows: readonly WindowAxis[],
  counts: readonly number[],
  offset: readonly number[],
): View {
  let layout: Layout = whole
  for (const [position, { axis, stride = 1, dilation = 1 }] of windows.entries()) {
    layout = sliceLayout(
      layout,
      axis,
      (offset[position] as number) * dilation,
      counts[axis] as number,
      stride,
    )
  }
  return { ...whole, ...layout }
}

function sourceView(x: View, rank: number, offset: readonly number[]): View {
  const start = offset.reduce(
    (sum, at, position) => sum + at * (x.strides[rank + position] as number),
    x.offset,
  )
  return { ...x, shape: x.shape.slice(0, rank), strides: x.strides.slice(0, rank), offset: start }
}

/** Windows of `x` (laid out as the `window` primitive does) summed back into `shape`. */
export function fold(operation: string, x: Tensor, shape: Shape, windows: readonly WindowAxis[]): Tensor {
  return perform(
    [x],
    () => ({
      primitive: 'fold',
      operation,
      parameters: { shape, windows },
      inputs: [x],
      rule: foldRule,
    }),
    () => {
      const { tensor, view } = allocate(operation, x.dtype, shape, [x])
      fillView(x, operation, view, 0)
      const source = x.view(operation)
      const sum = expressions.add(input(0, x.dtype), input(1, x.dtype))
      for (const offset of offsets(windows)) {
        const target = targetView(view, windows, x.shape, offset)
        x.backend.run({
          kind: 'map',
          label: operation,
          shape: target.shape,
          expressions: [sum],
          inputs: [target, sourceView(source, shape.length, offset)],
          scalars: [],
          outputs: [target],
        })
      }
      return tensor
    },
  )
}

/** Sliding windows, window axes last; nothing is copied. */
export function window(operation: string, x: Tensor, windows: readonly WindowAxis[]): Tensor {
  return perform(
    [x],
    () => ({ primitive: 'window', operation, parameters: { windows }, inputs: [x], rule: windowRule }),
    () => alias(operation, x, windowLayout(x, windows)),
  )
}

const windowRule: GradientRule<'window'> = ({ operation, parameters, inputs, cotangent }) => [
  fold(`${operation} gradient`, cotangent, inputAt(inputs, 0).shape, parameters.windows),
]

const foldRule: GradientRule<'fold'> = ({ operation, parameters, cotangent }) => [
  window(`${operation} gradient`, cotangent, parameters.windows),
]
