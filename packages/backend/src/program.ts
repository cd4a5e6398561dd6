/**
 * Programs: recorded kernel calls over numbered slots, made ready once and run many times. Plain data, so a program can be
 * rewritten (fused, packed), printed, or sent to where it runs.
 */
import type { DType } from './dtype.js'
import type { KernelCall } from './kernel.js'
import type { Buffer } from './view.js'

export interface Slot {
  readonly dtype: DType
  readonly length: number
}

/** The place of a number that the caller gives anew at each run. */
export interface ScalarSlot {
  readonly slot: number
}

/** A scalar of a recorded call: the number itself, or where it will come from. */
export type ProgramScalar = number | ScalarSlot

export type ProgramCall = KernelCall<number, ProgramScalar>

/** A recorded sequence of calls. Plain data: views name slots instead of buffers. */
export interface Program {
  readonly slots: readonly Slot[]
  /** Slots that the caller binds; all others are temporaries of the executable, without contents at the start. */
  readonly external: readonly number[]
  /** How many numbers the caller gives. */
  readonly scalars: number
  readonly calls: readonly ProgramCall[]
}

/** What an external slot stands for in one run: a buffer from an element on. */
export interface Binding {
  readonly buffer: Buffer
  readonly offset: number
}

/** A program made ready to run on one backend. */
export interface Executable {
  /**
   * Runs all calls; `bindings[i]` is bound to slot `program.external[i]`, and `{ slot: i }` means `scalars[i]`. Two
   * external slots that a call of the program writes never overlap.
   */
  run(bindings: readonly Binding[], scalars: readonly number[]): void
  /** Resolves when what running needs is compiled, many kernels at a time; where it is missing, there is nothing to wait for. */
  warmup?(): Promise<void>
  /** Bytes that the temporaries take. */
  readonly temporaryBytes: number
  dispose(): void
}
