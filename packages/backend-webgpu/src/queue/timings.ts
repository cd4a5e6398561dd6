/**
 * How long calls take on the device: it notes the time before and after a pass, in a set of queries that is read with the
 * submission.
 */
import type { DeviceTime } from '@nabla/backend'
import type { Memory } from '../memory/memory.js'
import { noticed } from './firefox.js'
import type { Staging } from './staging.js'

/** Calls in a submission, at most. */
const MOST = 256

/** Bytes of the two times of a call, in nanoseconds. */
const BYTES = 16

/** `GPUBufferUsage.QUERY_RESOLVE | COPY_SRC` and `GPUMapMode.READ`, which Node has no globals for. */
const USAGE = 0x200 | 4
const READ = 1

/** A promise, and how it is kept. */
interface Answer<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

export class Timings {
  readonly #device: GPUDevice
  readonly #staging: Staging
  readonly #set: GPUQuerySet
  readonly #resolved: GPUBuffer
  #waiting: Answer<DeviceTime>[] = []

  constructor(device: GPUDevice, memory: Memory, staging: Staging) {
    this.#device = device
    this.#staging = staging
    this.#set = device.createQuerySet({ type: 'timestamp', count: 2 * MOST, label: 'times' })
    this.#resolved = memory.makeBuffer({ size: BYTES * MOST, usage: USAGE, label: 'times' })
  }

  /** Whether a submission has no room for another call. */
  get isFull(): boolean {
    return this.#waiting.length >= MOST
  }

  /** A pass to time. */
  begin(): { readonly timestampWrites: GPUComputePassTimestampWrites; readonly time: Promise<DeviceTime> } {
    const query = 2 * this.#waiting.length
    const answer = resolvers<DeviceTime>()
    this.#waiting.push(answer)
    return {
      timestampWrites: {
        querySet: this.#set,
        beginningOfPassWriteIndex: query,
        endOfPassWriteIndex: query + 1,
      },
      time: answer.promise,
    }
  }

  /** Encodes the reading of all times behind their passes. Returns what to do after the submission. */
  finish(encoder: () => GPUCommandEncoder): () => void {
    const waiting = this.#waiting
    if (waiting.length === 0) return () => {}
    this.#waiting = []
    const bytes = BYTES * waiting.length
    const staging = this.#staging.take(bytes)
    const commands = encoder()
    commands.resolveQuerySet(this.#set, 0, 2 * waiting.length, this.#resolved, 0)
    commands.copyBufferToBuffer(this.#resolved, 0, staging, 0, bytes)
    return () => void this.#answer(waiting, staging, bytes)
  }

  async #answer(waiting: Answer<DeviceTime>[], staging: GPUBuffer, bytes: number): Promise<void> {
    try {
      await noticed(this.#device.queue, staging.mapAsync(READ, 0, bytes))
      const times = new BigUint64Array(staging.getMappedRange(0, bytes).slice(0))
      staging.unmap()
      this.#staging.give(staging)
      waiting.forEach(({ resolve }, call) => {
        resolve({ start: microseconds(times[2 * call]), end: microseconds(times[2 * call + 1]) })
      })
    } catch (error) {
      staging.destroy()
      for (const { reject } of waiting) reject(error)
    }
  }
}

function microseconds(nanoseconds = 0n): number {
  return Number(nanoseconds) / 1000
}

/** `Promise.withResolvers`, which Node 20 hasn't. */
function resolvers<T>(): Answer<T> {
  let resolve: Answer<T>['resolve'] = () => {}
  let reject: Answer<T>['reject'] = () => {}
  const promise = new Promise<T>((...functions) => {
    ;[resolve, reject] = functions
  })
  return { promise, resolve, reject }
}
