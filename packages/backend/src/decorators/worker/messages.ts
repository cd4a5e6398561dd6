/**
 * What goes over a port, in both directions.
 */
import type { Capabilities } from '../../backend.js'
import type { TypedArray } from '../../dtype.js'
import type { BackendOptions, BackendPreference } from '../../registry.js'
import type { ErrorData } from './error-data.js'
import type { NewNames } from './names.js'

/** The operations of a batch. Each is its code, how many words follow, and those. */
export const OPERATION = {
  /** Number of the buffer, dtype, length. */
  allocate: 0,
  /** Buffer. */
  release: 1,
  /** Buffer, and the elements. */
  writeHere: 2,
  /** Buffer, and which of the message's arrays. */
  write: 3,
  /** A kernel call. */
  run: 4,
  /** Number of the program, and the program. */
  prepare: 5,
  /** Program, buffer and offset of each binding, scalars. */
  runProgram: 6,
  /** Program. */
  disposeProgram: 7,
  /** Number of the request, program. */
  warmup: 10,
  /** Number of the request, buffer, offset, length. */
  read: 8,
  /** Number of the request. */
  synchronize: 9,
} as const

/** Operations in the order in which they were asked for. */
export interface BatchMessage {
  readonly kind: 'batch'
  readonly words: Float64Array<ArrayBuffer>
  /** Copies of what was written. */
  readonly data?: readonly TypedArray[]
  readonly names?: NewNames
}

export type ToWorker =
  | { readonly kind: 'create'; readonly preference: BackendPreference; readonly options: BackendOptions }
  | BatchMessage
  /** Drops the kernels of all batches before that were not begun. */
  | { readonly kind: 'cancel'; readonly request: number }
  | { readonly kind: 'dispose' }

/** A backend was chosen and made. */
export interface CreatedMessage {
  readonly kind: 'created'
  readonly name: string
  readonly capabilities: Capabilities
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[]
  /** Under which the worker shows that it lives. */
  readonly life?: string
}

export type FromWorker =
  | CreatedMessage
  | { readonly kind: 'refused'; readonly error: ErrorData }
  /** All operations of the oldest unanswered batch were run. Capabilities come along when they have changed. */
  | { readonly kind: 'done'; readonly pooledBytes: number; readonly capabilities?: Capabilities }
  | { readonly kind: 'answer'; readonly request: number; readonly data?: TypedArray }
  | { readonly kind: 'failure'; readonly request: number; readonly error: ErrorData }
  | { readonly kind: 'cancelled'; readonly request: number; readonly kernels: number }
  | { readonly kind: 'disposed' }
  /** The worker can't go on. */
  | { readonly kind: 'broken'; readonly error: ErrorData }

/** The memory of an array that is handed over with it; nothing where it is shared. */
export function transferable({ buffer }: TypedArray): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer ? [buffer] : []
}
