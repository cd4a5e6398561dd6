/**
 * The `profile` decorator: the same backend, with the time, arithmetic and traffic of every kernel call written down.
 * Counting is in profile-cost.ts, words in profile-describe.ts; profile-format.ts and chrome-trace.ts show the entries.
 */
import type { Backend, DeviceTime } from '../backend.js'
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
  /** When the call began, in microseconds since the profile began or was reset; on a device's clock, about. */
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

/** Times of a device, as they come, in place of those of the calling thread. */
class DeviceClock {
  #pending = new Set<Promise<void>>()
  /** What the profile's clock is ahead of the device's. */
  #offset: number | undefined

  /** Corrects the entry at a position when its time is known. */
  correct(entries: ProfileEntry[], position: number, time: Promise<DeviceTime>): void {
    const done = time
      .then(({ start, end }) => {
        const entry = entries[position]
        if (entry === undefined) return
        // The first call is taken to have begun when it was queued.
        this.#offset ??= entry.start - start
        entries[position] = { ...entry, start: start + this.#offset, microseconds: Math.max(0, end - start) }
      })
      // What went wrong is told by the next read; the entry keeps the time of queueing.
      .catch(() => {})
      .finally(() => this.#pending.delete(done))
    this.#pending.add(done)
  }

  async settle(): Promise<void> {
    await Promise.all([...this.#pending])
  }
}

/**
 * Wraps a backend so that each call is timed: by the device's own clock where it has one (`timed`), else by that of the
 * calling thread. For a backend that works asynchronously and has no clock that is the cost of queueing, and for the null
 * backend the cost of the call alone. Times of a device are there after the next read or `synchronize`; until then an
 * entry has that of queueing. A backend's own `prepare` is left out, so that programs are seen call by call too. An error
 * of a call passes through, unmeasured.
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
  let clock = new DeviceClock()
  // In whole nanoseconds, so that a call ends exactly where or before the next begins, whatever is added to what.
  const nanoseconds = (): number => Math.round((performance.now() - origin) * 1e6)
  const run = (call: KernelCall): void => {
    const start = nanoseconds()
    const time = backend.timed?.(call)
    if (time === undefined) backend.run(call)
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
    if (time !== undefined) clock.correct(entries, entries.length - 1, time)
  }
  const read: Backend['read'] = async (buffer, offset, length) => {
    const current = clock
    const data = await backend.read(buffer, offset, length)
    await current.settle()
    return data
  }
  const synchronize = async (): Promise<void> => {
    const current = clock
    await backend.synchronize()
    await current.settle()
  }
  const changes = { run, read, synchronize, timed: undefined, prepare: undefined }
  return Object.assign(decorate(backend, changes), {
    entries: () => entries,
    resetProfile: () => {
      entries = []
      clock = new DeviceClock()
      origin = performance.now()
    },
  })
}
