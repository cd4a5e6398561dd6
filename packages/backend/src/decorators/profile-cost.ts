/**
 * What a kernel call costs at least, from its data alone: arithmetic and traffic. The `profile` decorator sets both
 * against the time that a backend took.
 */
import { bytesPerElement } from '../dtype.js'
import { type Expr, topologicalOrder } from '../expr/node.js'
import { type CompositeName, type KernelCall, viewsOf } from '../kernel.js'
import { sizeOf } from '../shape.js'
import type { Layout, View } from '../view.js'

/** Largest element, difference, exponential, sum and quotient; for the logarithm, a second difference at the end. */
const OPERATIONS_PER_ELEMENT: Readonly<Record<CompositeName, number>> = { softmax: 5, logSoftmax: 5 }

/** Instructions for one element, each counted once, however dear it is; a multiply-add counts two. */
function instructionsIn(roots: readonly Expr[]): number {
  let count = 0
  for (const node of topologicalOrder(roots)) {
    if (node.kind === 'apply') count += node.instruction === 'multiplyAdd' ? 2 : 1
  }
  return count
}

const instructionsAfter = (post: Expr | undefined): number =>
  post === undefined ? 0 : instructionsIn([post])

/**
 * Scalar operations of a call, a multiply-add counting two: one for each instruction, and for each element that enters
 * a reduction, a running one, or the comparison of a window. Moving elements counts nothing; a sort of n elements
 * counts the n·⌈log₂ n⌉ comparisons of a merge sort.
 *
 * @example operationsOf(matmul) // 2 · 4 · 5 · 6 for [4, 5] times [5, 6]
 */
export function operationsOf(call: KernelCall): number {
  switch (call.kind) {
    case 'map':
      return sizeOf(call.shape) * instructionsIn(call.expressions)
    case 'reduce': {
      const mapped = sizeOf(call.shape) * (instructionsIn([call.expression]) + 1)
      return mapped + sizeOf(call.output.shape) * instructionsAfter(call.post)
    }
    case 'contract': {
      const contracted = sizeOf(call.left.shape.slice(call.batch + call.rows))
      return sizeOf(call.output.shape) * (2 * contracted + instructionsAfter(call.post))
    }
    case 'pool': {
      const [height, width] = call.geometry.window
      const area = height * width
      return call.mode === 'select'
        ? sizeOf(call.output.shape) * area
        : sizeOf(call.source.shape) * (area + 1)
    }
    case 'scan':
      return sizeOf(call.input.shape)
    case 'gather':
      return 0
    case 'scatter':
      return call.operation === 'set' ? 0 : sizeOf(call.updates.shape)
    case 'sort': {
      const length = Math.max(1, call.input.shape[call.axis] ?? 1)
      return sizeOf(call.input.shape) * Math.ceil(Math.log2(length))
    }
    case 'composite':
      return (
        call.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) * OPERATIONS_PER_ELEMENT[call.name]
      )
  }
}

/**
 * How many distinct elements a layout reaches. Axes that step through the same elements (sliding windows) are joined
 * into one, so overlaps count once, also in a part of a larger buffer; repetition by stride 0 counts once. Exact for
 * what transposing, slicing, broadcasting and windows make of a contiguous tensor, never too small for other strides.
 *
 * @example reachedElements({ shape: [3, 2], strides: [1, 1], offset: 0 }) // 4: windows of two over four elements
 */
export function reachedElements({ shape, strides }: Layout): number {
  if (shape.includes(0)) return 0
  const axes = shape
    .map((length, axis) => ({ length, stride: Math.abs(strides[axis] ?? 0) }))
    .filter(({ length, stride }) => length > 1 && stride !== 0)
    .sort((a, b) => a.stride - b.stride)
  const joined: { length: number; stride: number }[] = []
  let span = 1
  for (const { length, stride } of axes) {
    span += (length - 1) * stride
    const meets = joined.find((run) => stride % run.stride === 0 && stride / run.stride <= run.length)
    if (meets === undefined) joined.push({ length, stride })
    else meets.length += (length - 1) * (stride / meets.stride)
  }
  // Strides that are no multiples of each other may still meet; then the span is what is known for certain.
  return Math.min(span, sizeOf(joined.map(({ length }) => length)))
}

/** Bytes that a view reaches, where a call visits at most `visits` of its positions. */
function bytesIn(view: View, visits = Number.POSITIVE_INFINITY): number {
  return Math.min(reachedElements(view), visits) * bytesPerElement(view.dtype)
}

function bytesInAll(views: readonly View[]): number {
  return views.reduce((sum, view) => sum + bytesIn(view), 0)
}

/**
 * Bytes that a call has to move: each distinct element that a view reaches counts once, and a view that is read and
 * written counts twice. Where indices or winners decide, at most as many elements as they can name.
 */
export function bytesOf(call: KernelCall): number {
  switch (call.kind) {
    case 'map':
    case 'reduce':
    case 'contract':
    case 'scan':
    case 'sort':
    case 'composite': {
      const { reads, writes } = viewsOf(call)
      return bytesInAll(reads) + bytesInAll(writes)
    }
    case 'pool': {
      const winners = call.mode === 'select' ? sizeOf(call.output.shape) : sizeOf(call.source.shape)
      return bytesInAll([call.by, call.output]) + bytesIn(call.source, winners)
    }
    case 'gather':
      return bytesInAll([call.indices, call.output]) + bytesIn(call.input, sizeOf(call.output.shape))
    case 'scatter': {
      const touched = bytesIn(call.output, sizeOf(call.updates.shape))
      // What is set is written without being looked at.
      return bytesInAll([call.indices, call.updates]) + (call.operation === 'set' ? 1 : 2) * touched
    }
  }
}
