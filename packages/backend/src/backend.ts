/**
 * The contract between the engine and whatever computes: a backend owns buffers and runs kernel calls on them.
 * Everything above (tensors, gradients, layers) is written once over this interface.
 */
import type { DType, TypedArray } from './dtype.js'
import type { CompositeName, KernelCall } from './kernel.js'
import type { Executable, Program } from './program.js'
import type { Buffer } from './view.js'

/** What a backend can do, declared by itself; the conformance kit tests exactly what is declared. */
export interface Capabilities {
  readonly dtypes: readonly DType[]
  /** Whether `readSync` exists. */
  readonly synchronousRead: boolean
  readonly threads: number
  readonly composites: readonly CompositeName[]
  /** How many views one map may have, inputs and outputs together. */
  readonly maximumViews: number
  /**
   * What reading or writing one element of memory takes, in simple instructions on one element: from this, fusion decides
   * whether to compute a value again in each of its readers. Default 3.
   */
  readonly memoryCost?: number
  /** One sentence on the device, and one for each thing that is missing with its reason. */
  readonly description: string
  readonly limitations: readonly string[]
}

export interface MemoryStats {
  /** Buffers and bytes in use now. */
  readonly buffers: number
  readonly bytes: number
  /** Largest number of bytes in use at once so far. */
  readonly peakBytes: number
  /** Bytes kept for reuse. */
  readonly pooledBytes: number
}

/** When a call ran, in microseconds on a clock of the device's own. */
export interface DeviceTime {
  readonly start: number
  readonly end: number
}

/**
 * A backend. Calls take effect in the order in which they are made; a read sees everything before it.
 * Errors in a call that can't be thrown at once are thrown by the next read or `synchronize`.
 */
export interface Backend {
  readonly name: string
  readonly capabilities: Capabilities
  /** A buffer of `length` elements with unspecified contents. */
  allocate(dtype: DType, length: number): Buffer
  release(buffer: Buffer): void
  /** Copies host data to the start of a buffer; float16 as bit patterns. */
  write(buffer: Buffer, data: TypedArray): void
  /** A copy of `length` elements from `offset` (default: all). */
  read(buffer: Buffer, offset?: number, length?: number): Promise<TypedArray>
  /** The same at once; only where that is honest. */
  readSync?(buffer: Buffer, offset?: number, length?: number): TypedArray
  run(call: KernelCall): void
  /** Runs a call, and resolves with when the device did it: for profiles, where `run` returns before that. */
  timed?(call: KernelCall): Promise<DeviceTime>
  /** Makes a recorded program ready; `replayProgram` is used where this is missing. */
  prepare?(program: Program): Executable
  /** Resolves when all work is done. */
  synchronize(): Promise<void>
  /**
   * Where work is queued elsewhere: resolves when there is room for more; nothing where there is now. A loop that awaits it at
   * each step doesn't run far ahead of the device.
   */
  room?(): Promise<void> | undefined
  memory(): MemoryStats
  dispose(): Promise<void>
}
