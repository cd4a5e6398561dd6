/**
 * How a scan is spread over the device: who walks a line, and in how many chunks. Chunks cost a second reading, so there
 * are only as many as it takes to keep a device busy.
 */
import type { Shape } from '@nabla/backend'
import { axesExcept, buildNest, type Nest, neighboursAreCloser, orderByStride, type Strided } from './nest.js'

/** Elements of a line that an invocation of a workgroup holds at a time. */
export const SCAN_ITEMS = 4
/** Lines this short are never worth a workgroup. */
const SHORT = 64
/** Invocations, or workgroups, that keep a device busy. */
const BUSY_THREADS = 1 << 15
const BUSY_GROUPS = 512
/** Chunks of a line, at most: their totals are scanned by one workgroup. */
const MAXIMUM_CHUNKS = 1024

export interface ScanSpread {
  /** Who walks a chunk: one invocation, its neighbours walking neighbouring lines; or a workgroup together. */
  readonly walker: 'invocation' | 'workgroup'
  readonly lines: Nest
  readonly length: number
  readonly chunk: number
  readonly chunks: number
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}

export function spreadScan(
  shape: Shape,
  axis: number,
  views: readonly [input: Strided, output: Strided],
  lanes: number,
): ScanSpread {
  const [input] = views
  const lines = buildNest(shape, views, orderByStride(input, axesExcept(shape, axis)))
  const length = shape[axis] as number
  const neighbouring = lines.size >= 32 && neighboursAreCloser(lines, 0, input.strides[axis] as number)
  const walker = length <= SHORT || neighbouring ? 'invocation' : 'workgroup'
  const [busy, least] =
    walker === 'invocation' ? [BUSY_THREADS, SHORT] : [BUSY_GROUPS, 4 * SCAN_ITEMS * lanes]
  const wanted = Math.ceil(busy / Math.max(1, lines.size))
  const chunk = Math.ceil(length / clamp(wanted, 1, Math.min(MAXIMUM_CHUNKS, Math.ceil(length / least))))
  return { walker, lines, length, chunk, chunks: Math.ceil(length / chunk) }
}
