/**
 * Padding: more elements before and after each axis.
 */
import { type DType, formatShape, type Shape, ShapeError, ValueError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { embed } from '../../primitives/copy.js'
import { gather } from '../../primitives/gather.js'
import { upload } from '../../primitives/upload.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { SameRank } from '../../types/axes.js'
import { retype } from '../../types/typed.js'

export type PadMode = 'constant' | 'edge' | 'reflect'

export interface PadOptions {
  /** A number (the default), the outermost element, or the elements mirrored at it (which itself isn't repeated). */
  readonly mode?: PadMode
  /** The number that `constant` pads with; default 0. */
  readonly value?: number
}

/** How many elements to add: everywhere, before and after every axis, or before and after each axis. */
export type Padding =
  | number
  | readonly [before: number, after: number]
  | readonly (readonly [before: number, after: number])[]

type Pair = readonly [before: number, after: number]
const isPair = (padding: readonly unknown[]): padding is Pair =>
  padding.length === 2 && typeof padding[0] === 'number'

function pairsFor(x: Tensor, padding: Padding): readonly Pair[] {
  const everywhere: Pair | undefined =
    typeof padding === 'number' ? [padding, padding] : isPair(padding) ? padding : undefined
  const pairs = everywhere === undefined ? (padding as readonly Pair[]) : x.shape.map(() => everywhere)
  if (pairs.length !== x.ndim) {
    throw new ShapeError('pad', {
      expected: `one pair [before, after] for each of the ${x.ndim} axes of shape ${formatShape(x.shape)}`,
      received: `${pairs.length} pairs`,
      fix: 'write [0, 0] for axes that stay as they are',
    })
  }
  const wrong = pairs.flat().find((count) => !(Number.isInteger(count) && count >= 0))
  if (wrong !== undefined) {
    throw new ValueError('pad', {
      expected: 'whole numbers of elements to add, from 0',
      received: String(wrong),
      fix: 'use slice to take elements away',
    })
  }
  return pairs
}

/** Which element stands at a position counted from the first one. */
const SOURCE: Record<Exclude<PadMode, 'constant'>, (position: number, length: number) => number> = {
  edge: (position, length) => Math.min(Math.max(position, 0), length - 1),
  reflect: (position, length) => {
    const period = Math.max(2 * (length - 1), 1)
    const phase = ((position % period) + period) % period
    return length === 1 ? 0 : Math.min(phase, period - phase)
  },
}

function fromElements(x: Tensor, pairs: readonly Pair[], mode: Exclude<PadMode, 'constant'>): Tensor {
  return pairs.reduce((padded, [before, after], axis) => {
    const length = padded.shape[axis] as number
    if (before + after === 0) return padded
    if (length === 0) {
      throw new ShapeError('pad', {
        expected: `elements to pad with in mode "${mode}"`,
        received: `shape ${formatShape(x.shape)}, where axis ${axis} has length 0`,
        fix: "use mode 'constant', or leave that axis as it is",
      })
    }
    const indices = Int32Array.from({ length: before + length + after }, (_, i) =>
      SOURCE[mode](i - before, length),
    )
    const line = padded.shape.map((_, other) => (other === axis ? indices.length : 1))
    return gather('pad', padded, upload('pad', padded, indices, 'int32', line), axis)
  }, x)
}

/**
 * Elements added before and after each axis.
 *
 * @throws ShapeError when there isn't one pair per axis, ValueError for numbers below 0.
 * @example
 * pad(tensor([1, 2, 3]), 1) // [0, 1, 2, 3, 0]
 * pad(tensor([1, 2, 3]), [2, 0], { mode: 'reflect' }) // [3, 2, 1, 2, 3]
 * pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
 */
export function pad<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  padding: Padding,
  { mode = 'constant', value = 0 }: PadOptions = {},
): Tensor<SameRank<A>, T> {
  const pairs = pairsFor(x, padding)
  if (mode !== 'constant') {
    return retype(withTemporaries(() => fromElements(reshape('pad', x, x.shape), pairs, mode)))
  }
  const shape = x.shape.map((length, axis) => length + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0))
  const ranges = x.shape.map((length, axis) => ({ start: pairs[axis]?.[0] ?? 0, length, step: 1 }))
  return retype(embed('pad', x, shape, ranges, value))
}
