/**
 * Storage: a backend's buffer shared by any number of tensor handles, released with the last of them. Keeps the count
 * of live tensors and bytes that `memory()` reports.
 */
import { type Backend, type Buffer, bytesPerElement } from '@nabla/backend'
import { freeCollected } from './collected.js'

/** Counters over all backends; `leaked` counts handles that the garbage collector found undisposed. */
export const live = { tensors: 0, bytes: 0, peakBytes: 0, leaked: 0 }

/** A reference-counted buffer. */
export class Storage {
  references = 1
  readonly bytes: number

  /** @param isVirtual whether the buffer has no memory, since a trace made it */
  constructor(
    readonly backend: Backend,
    readonly buffer: Buffer,
    isVirtual = false,
  ) {
    this.bytes = isVirtual ? 0 : buffer.length * bytesPerElement(buffer.dtype)
    live.bytes += this.bytes
    if (live.bytes > live.peakBytes) live.peakBytes = live.bytes
  }

  retain(): this {
    this.references += 1
    return this
  }

  release(): void {
    this.references -= 1
    if (this.references > 0) return
    live.bytes -= this.bytes
    this.free()
  }

  /** Gives the buffer back. */
  protected free(): void {
    this.backend.release(this.buffer)
  }
}

/** What a tensor handle holds on to; it outlives the handle in the finalisation registry, so it never refers to it. */
export class Reference {
  disposed = false
  /** Whether the garbage collector stands by to free it. */
  watched = false
  /** Why it was disposed, for the message when it is used again. */
  reason = 'dispose() was called on it'
  /** The stack at its creation, where allocation sites are recorded. */
  readonly site = recordSites ? new Error('tensor made here').stack : undefined
  /** The stack when it was disposed, where sites are recorded. */
  end: string | undefined = undefined

  constructor(
    readonly storage: Storage,
    /** The operation that made the tensor. */
    readonly operation: string,
  ) {
    live.tensors += 1
  }

  dispose(reason?: string): void {
    if (this.disposed) return
    this.disposed = true
    if (reason !== undefined) this.reason = reason
    if (recordSites) this.end = new Error('tensor freed here').stack
    live.tensors -= 1
    this.storage.release()
  }
}

/** What `memory()` reports. */
export interface MemoryReport {
  /** Tensor handles that were made and not yet freed. */
  readonly tensors: number
  /** Bytes of their storages, shared ones counted once. */
  readonly bytes: number
  readonly peakBytes: number
  /** Tensors that nobody freed and the garbage collector found. */
  readonly leaked: number
}

/**
 * Live tensors and bytes, over all backends.
 *
 * @example const before = memory().tensors
 */
export function memory(): MemoryReport {
  watchRecent()
  return { ...live }
}

/** A tensor that only the garbage collector freed. */
export interface LeakReport {
  /** What made it. */
  readonly operation: string
  /** The stack at its creation, if it was made after `reportLeaks` was called. */
  readonly site: string | undefined
}

let onLeak: ((leak: LeakReport) => void) | undefined
let recordSites = false

/**
 * Reports tensors that only the garbage collector freed, with the stack of their creation; the message for the use of a
 * freed tensor then says where it was made and freed, too. For debugging: recording stacks makes every operation slower.
 * Pass `undefined` to stop.
 *
 * @example reportLeaks(({ operation, site }) => console.warn(`leaked a result of ${operation}`, site))
 */
export function reportLeaks(report: ((leak: LeakReport) => void) | undefined): void {
  watchRecent()
  onLeak = report
  recordSites = report !== undefined
}

const registry = /* @__PURE__ */ new FinalizationRegistry<Reference>((reference) => {
  if (reference.disposed) return
  live.leaked += 1
  onLeak?.({ operation: reference.operation, site: reference.site })
  freeCollected(() => reference.dispose('the garbage collector found it unused'))
})

/** Small handles of a moment ago. Most are disposed soon and then never cost a place in the registry, which is slow. */
const recent: { handles: object[]; references: Reference[] } = { handles: [], references: [] }
const RECENT_HANDLES = 64
const RECENT_BYTES = 16384

/** Puts the safety net under what was made a moment ago and is still alive. */
export function watchRecent(): void {
  const { handles, references } = recent
  recent.handles = []
  recent.references = []
  references.forEach((reference, position) => {
    if (!reference.disposed) registry.register(handles[position] as object, reference)
  })
}

/** The safety net under a handle that nothing else is sure to free. */
export function watch(handle: object, reference: Reference): void {
  if (reference.watched) return
  reference.watched = true
  if (recordSites || reference.storage.bytes > RECENT_BYTES) {
    registry.register(handle, reference)
    return
  }
  recent.handles.push(handle)
  recent.references.push(reference)
  if (recent.handles.length >= RECENT_HANDLES) watchRecent()
}
