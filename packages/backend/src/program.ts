/**
 * Programs: recorded kernel calls over numbered slots, and how any backend replays one.
 */
import type { Backend } from './backend.js'
import type { DType } from './dtype.js'
import { type KernelCall, mapBuffers } from './kernel.js'
import type { Buffer } from './view.js'

export interface Slot {
  readonly dtype: DType
  readonly length: number
}

/** A recorded sequence of calls. Plain data: views name slots instead of buffers. */
export interface Program {
  readonly slots: readonly Slot[]
  /** Slots that the caller binds; all others are temporaries of the executable. */
  readonly external: readonly number[]
  readonly calls: readonly KernelCall<number>[]
}

/** A program made ready to run on one backend. */
export interface Executable {
  /** Runs all calls; `buffers[i]` is bound to slot `program.external[i]`. */
  run(buffers: readonly Buffer[]): void
  dispose(): void
}

/** What `prepare` does for a backend that has no own: allocate the temporaries once, then run call by call. */
export function replayProgram(backend: Backend, program: Program): Executable {
  const bound: (Buffer | undefined)[] = program.slots.map(() => undefined)
  const temporaries: Buffer[] = []
  const external = new Set(program.external)
  program.slots.forEach((slot, number) => {
    if (external.has(number)) return
    const buffer = backend.allocate(slot.dtype, slot.length)
    temporaries.push(buffer)
    bound[number] = buffer
  })
  const lookUp = (slot: number): Buffer => {
    const buffer = bound[slot]
    if (buffer === undefined) throw new RangeError(`program: slot ${slot} is not bound to a buffer`)
    return buffer
  }
  return {
    run(buffers) {
      program.external.forEach((slot, position) => {
        bound[slot] = buffers[position]
      })
      for (const call of program.calls) backend.run(mapBuffers(call, lookUp))
    },
    dispose() {
      for (const buffer of temporaries) backend.release(buffer)
    },
  }
}
