/**
 * The `profile` decorator: the same backend, with the time, arithmetic and traffic of every kernel call written down.
 * Counting is in profile-cost.ts, words in profile-describe.ts; profile-format.ts and chrome-trace.ts show the entries.
 */
import type { Backend } from '../backend.js'
import type { KernelCall, KernelKind } from '../kernel.js'
import { decorate } from './decorate.js'
import { bytesOf, operationsOf } from './profile-cost.js'
import { describeExpressions, describeShape } from './profile-describe.js'

/** One kernel call, measured. */
export interface ProfileEntry {
  /** The operation that asked for it. */
  readonly label: string
  readonly kind: KernelKind
  /** The shapes involved: `128×784` of a map, `128×10 → 1×10` of a reduction, rows×columns×contracted of a contraction. */
  readonly shape: string
  /** What is computed per element, where that isn't clear from kind and label. */
  readonly expression?: string
  /** When the call began, in microseconds since the profile began or was reset. */
  readonly start: number
  /** How long it took, in microseconds, to the nanosecond where the clock is that fine; 0 where it is coarser. */
  readonly microseconds: number
  /** Scalar operations, a multiply-add counting two. */
  readonly operations: number
  /** Bytes of the distinct elements that the views reach; what is read and written counts twice. */
  readonly bytes: number
}

/** A backend that measures its calls. */
export interface ProfiledBackend extends Backend {
  /** The calls since the profile began or was reset, in order. About 250 bytes are kept for each. */
  entries(): readonly ProfileEntry[]
  /** Forgets all entries, and starts the clock anew; lists that `entries` gave before stay as they are. */
  resetProfile(): void
}

/**
 * Wraps a backend so that each call is timed. Times are those of the calling thread: for a backend that works
 * asynchronously they are the cost of queueing, and for the null backend the cost of the call alone. A backend's own
 * `prepare` is left out, so that programs are seen call by call too. An error of a call passes through, unmeasured.
 *
 * @example
 * const backend = profile(createCpuBackend())
 * setDefaultBackend(backend)
 * // … compute …
 * console.log(formatProfile(backend.entries()))
 */
export function profile(backend: Backend): ProfiledBackend {
  let entries: ProfileEntry[] = []
  let origin = performance.now()
  // In whole nanoseconds, so that a call ends exactly where or before the next begins, whatever is added to what.
  const nanoseconds = (): number => Math.round((performance.now() - origin) * 1e6)
  const run = (call: KernelCall): void => {
    const start = nanoseconds()
    backend.run(call)
    const end = nanoseconds()
    const expression = describeExpressions(call)
    entries.push({
      label: call.label,
      kind: call.kind,
      shape: describeShape(call),
      ...(expression !== undefined && { expression }),
      start: start / 1000,
      microseconds: (end - start) / 1000,
      operations: operationsOf(call),
      bytes: bytesOf(call),
    })
  }
  return Object.assign(decorate(backend, { run, prepare: undefined }), {
    entries: () => entries,
    resetProfile: () => {
      entries = []
      origin = performance.now()
    },
  })
}
