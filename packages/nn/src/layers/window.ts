/**
 * Windows over the two middle axes of [batch, height, width, channels]: what convolutions and pools have in common —
 * their options, the checks, and the shape that they give.
 */
import type { Explanation, Shape } from '@nabla/core'
import { formatBatchShape, type LayerError } from '../layer-error.js'

/** One length for both axes, or [height, width]. */
export type Lengths = number | readonly [number, number]

/** `valid`: only whole windows; `same`: zeros around, so that the output has ⌈length / stride⌉ positions. */
export type Padding = 'valid' | 'same'

type Pair = readonly [number, number]
/** How a layer makes its errors. */
type Complain = (explanation: Explanation) => LayerError

/** Two lengths, each a whole number of at least 1. */
export function pairOf(name: string, lengths: Lengths, complain: Complain): Pair {
  const pair: readonly unknown[] = typeof lengths === 'number' ? [lengths, lengths] : lengths
  const [height, width] = pair
  if (pair.length === 2 && isLength(height) && isLength(width)) return [height, width]
  throw complain({
    expected: `${name} to be a whole number, at least 1, or two of them [height, width]`,
    received: Array.isArray(lengths) ? `[${lengths.join()}]` : String(lengths),
    fix: `pass e.g. ${name}: 2 or ${name}: [2, 3]`,
  })
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
}

export function requirePadding(padding: string, complain: Complain): void {
  if (padding === 'valid' || padding === 'same') return
  throw complain({
    expected: "padding to be 'valid' or 'same'",
    received: `'${padding}'`,
    fix: "pass padding: 'same' to keep the size at stride 1",
  })
}

/** A sample [height, width, channels], or an error. */
export function requireImage(inputShape: Shape, complain: Complain): readonly [number, number, number] {
  const [height, width, channels] = inputShape
  if (inputShape.length === 3 && height !== undefined && width !== undefined && channels !== undefined) {
    return [height, width, channels]
  }
  throw complain({
    expected: 'a batch of images [*,height,width,channels]',
    received: formatBatchShape(inputShape),
    fix:
      inputShape.length === 2
        ? 'add a channel axis: x.expandDims(-1), or reshape([height, width, 1]) as the layer before'
        : 'reshape the input, e.g. with reshape([28, 28, 1]) as the layer before',
  })
}

export interface WindowSettings {
  readonly window: Pair
  readonly strides: Pair
  readonly dilation: Pair
  readonly padding: Padding
}

/** Positions of the window along height and width; an error where it doesn't fit even once. */
export function windowPositions(
  inputShape: Shape,
  settings: WindowSettings,
  complain: Complain,
): [number, number] {
  const [height, width] = requireImage(inputShape, complain)
  const { window, strides, dilation, padding } = settings
  const positions = ([height, width] as const).map((length, axis) => {
    const stride = strides[axis] ?? 1
    if (padding === 'same') return Math.ceil(length / stride)
    const reach = ((window[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1
    return Math.floor((length - reach) / stride) + 1
  })
  const [rows = 0, columns = 0] = positions
  if (rows >= 1 && columns >= 1) return [rows, columns]
  const dilated = dilation.some((step) => step !== 1) ? ` with dilation [${dilation.join()}]` : ''
  throw complain({
    expected: `images at least as large as the window [${window.join()}]${dilated}`,
    received: formatBatchShape(inputShape),
    fix: "use a smaller window, padding: 'same', or fewer layers that make the image smaller",
  })
}
