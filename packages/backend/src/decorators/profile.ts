/**
 * The `profile` decorator: the same backend, with the time, arithmetic and traffic of every kernel call written down.
 */
import type { Backend } from '../backend.js'
import { bytesPerElement } from '../dtype.js'
import { topologicalOrder } from '../expr/node.js'
import { type KernelCall, type KernelKind, viewsOf } from '../kernel.js'
import { sizeOf } from '../shape.js'
import { decorate } from './decorate.js'

/** One kernel call, measured. */
export interface ProfileEntry {
  readonly label: string
  readonly kind: KernelKind
  readonly microseconds: number
  /** Scalar operations, a multiply-add counting two. */
  readonly operations: number
  /** Bytes of the elements that the views reach, read and written once. */
  readonly bytes: number
}

export interface ProfiledBackend extends Backend {
  entries(): readonly ProfileEntry[]
  resetProfile(): void
}

function operationsOf(call: KernelCall): number {
  switch (call.kind) {
    case 'map':
      return (
        sizeOf(call.shape) * topologicalOrder(call.expressions).filter((node) => node.kind === 'apply').length
      )
    case 'reduce':
      return (
        sizeOf(call.shape) *
        (1 + topologicalOrder([call.expression]).filter((n) => n.kind === 'apply').length)
      )
    case 'contract': {
      const contracted = call.left.shape.slice(call.batch + call.rows)
      return 2 * sizeOf(call.output.shape) * sizeOf(contracted)
    }
    case 'pool':
      return sizeOf(call.source.shape) * call.geometry.window[0] * call.geometry.window[1]
    case 'sort': {
      const size = sizeOf(call.input.shape)
      return size * Math.ceil(Math.log2(Math.max(2, call.input.shape[call.axis] ?? 1)))
    }
    default:
      return viewsOf(call).writes.reduce((sum, view) => sum + sizeOf(view.shape), 0)
  }
}

function bytesOf(call: KernelCall): number {
  const { reads, writes } = viewsOf(call)
  let bytes = 0
  for (const view of [...reads, ...writes]) {
    const distinct = view.shape.filter((_, axis) => view.strides[axis] !== 0)
    bytes += Math.min(sizeOf(distinct), view.buffer.length) * bytesPerElement(view.dtype)
  }
  return bytes
}

/**
 * Wraps a backend so that each call is timed. Times are of the calling thread: for a backend that works
 * asynchronously they are the cost of queueing.
 *
 * @example
 * const backend = profile(createCpuBackend())
 * // … compute …
 * console.log(formatProfile(backend.entries()))
 */
export function profile(backend: Backend): ProfiledBackend {
  let entries: ProfileEntry[] = []
  const run = (call: KernelCall): void => {
    const start = performance.now()
    backend.run(call)
    const microseconds = (performance.now() - start) * 1000
    entries.push({
      label: call.label,
      kind: call.kind,
      microseconds,
      operations: operationsOf(call),
      bytes: bytesOf(call),
    })
  }
  return Object.assign(decorate(backend, { run, prepare: undefined }), {
    entries: () => entries,
    resetProfile: () => {
      entries = []
    },
  })
}

/** A table of the entries, summed by label, the costliest first. */
export function formatProfile(entries: readonly ProfileEntry[]): string {
  const sums = new Map<string, { calls: number; microseconds: number; operations: number; bytes: number }>()
  for (const entry of entries) {
    const key = `${entry.kind} ${entry.label}`
    const sum = sums.get(key) ?? { calls: 0, microseconds: 0, operations: 0, bytes: 0 }
    sum.calls += 1
    sum.microseconds += entry.microseconds
    sum.operations += entry.operations
    sum.bytes += entry.bytes
    sums.set(key, sum)
  }
  const rows = [...sums].sort(([, a], [, b]) => b.microseconds - a.microseconds)
  const lines = rows.map(([name, { calls, microseconds, operations, bytes }]) =>
    [
      name.padEnd(32),
      String(calls).padStart(7),
      (microseconds / 1000).toFixed(2).padStart(10),
      (operations / microseconds / 1000).toFixed(2).padStart(9),
      (bytes / microseconds / 1000).toFixed(2).padStart(8),
    ].join(' '),
  )
  return [`${'kernel'.padEnd(32)}   calls         ms   GFLOP/s     GB/s`, ...lines].join('\n')
}
