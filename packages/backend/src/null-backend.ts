/**
 * The null backend: counts calls, buffers and bytes, and computes nothing. With it, plain CI can state what a training
 * step costs, and the whole engine runs with no device at all. Reads give zeros.
 */
import type { Backend } from './backend.js'
import { bytesPerElement, createTypedArray, DTYPES } from './dtype.js'
import type { KernelCall, KernelKind } from './kernel.js'
import type { Buffer } from './view.js'

export interface NullBackend extends Backend {
  /** Calls so far, by kind, in all, and their labels in order. */
  counts(): { readonly total: number; readonly byKind: Readonly<Partial<Record<KernelKind, number>>> }
  calls(): readonly KernelCall[]
  allocations(): number
  /** Starts counting anew, and the peak of memory from what is in use now. */
  resetCounts(): void
}

export function createNullBackend(): NullBackend {
  let calls: KernelCall[] = []
  let allocations = 0
  let next = 0
  let bytes = 0
  let peakBytes = 0
  const live = new Set<Buffer>()
  const size = (buffer: Buffer): number => buffer.length * bytesPerElement(buffer.dtype)
  return {
    name: 'null',
    capabilities: {
      dtypes: DTYPES,
      synchronousRead: true,
      threads: 1,
      composites: [],
      maximumViews: Number.POSITIVE_INFINITY,
      description: 'counts kernel calls and bytes, computes nothing',
      limitations: ['reads give zeros'],
    },
    allocate(dtype, length) {
      const buffer: Buffer = { id: next++, dtype, length }
      live.add(buffer)
      allocations += 1
      bytes += size(buffer)
      peakBytes = Math.max(peakBytes, bytes)
      return buffer
    },
    release(buffer) {
      if (live.delete(buffer)) bytes -= size(buffer)
    },
    write() {},
    async read(buffer, offset = 0, length = buffer.length - offset) {
      return createTypedArray(buffer.dtype, length)
    },
    readSync(buffer, offset = 0, length = buffer.length - offset) {
      return createTypedArray(buffer.dtype, length)
    },
    run(call) {
      calls.push(call)
    },
    async synchronize() {},
    memory: () => ({ buffers: live.size, bytes, peakBytes, pooledBytes: 0 }),
    async dispose() {
      live.clear()
      bytes = 0
    },
    counts() {
      const byKind: Partial<Record<KernelKind, number>> = {}
      for (const { kind } of calls) byKind[kind] = (byKind[kind] ?? 0) + 1
      return { total: calls.length, byKind }
    },
    calls: () => calls,
    allocations: () => allocations,
    resetCounts() {
      calls = []
      allocations = 0
      peakBytes = bytes
    },
  }
}
