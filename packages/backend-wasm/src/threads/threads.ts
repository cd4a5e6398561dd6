/**
 * Memory with threads on it, or without, as the options and the host allow.
 */
import type { LinearMemory } from '../memory/linear-memory.js'
import { WORKER_BYTES } from './control.js'
import { Pool } from './pool.js'
import { defaultThreads, whyUnshared } from './spawn.js'
import { ANY_WORK, type LeastWork } from './thresholds.js'
import type { WorkersOptions } from './workers.js'

/** Choices that only tests make. */
export interface ThreadOptions extends Pick<WorkersOptions, 'spawn' | 'startTimeout' | 'callTimeout'> {
  /** How much work is divided. */
  readonly leastWork?: LeastWork
}

export interface Threads {
  readonly memory: LinearMemory
  readonly pool: Pool | undefined
  /** How many there are now, and why only one, if that wasn't asked for. */
  readonly threads: number
  readonly reason: string | undefined
}

/** Ends the workers of backends that were forgotten instead of disposed. */
let forgotten: FinalizationRegistry<Pool> | undefined

/** @param owner what the threads work for: when it is gone, so are they. */
export function makeThreads(
  owner: object,
  wanted: number | undefined,
  options: ThreadOptions,
  makeMemory: (shared: boolean) => LinearMemory,
): Threads {
  const threads = Math.max(1, Math.floor(wanted ?? defaultThreads()))
  const one = (reason: string | undefined): Threads => {
    return { memory: makeMemory(false), pool: undefined, threads: 1, reason }
  }
  if (threads === 1) return one(undefined)
  const why = whyUnshared()
  if (why !== undefined) return one(why)
  const memory = makeMemory(true)
  const { address } = memory.take((threads - 1) * WORKER_BYTES)
  // Tests that divide everything do so on busy machines too.
  const givesWay = options.leastWork !== ANY_WORK
  const pool = new Pool({ ...options, threads, memory: memory.memory, address, givesWay })
  forgotten ??= new FinalizationRegistry((left) => void left.end())
  forgotten.register(owner, pool)
  return {
    memory,
    pool,
    get threads() {
      return pool.reason === undefined ? threads : 1
    },
    get reason() {
      return pool.reason
    },
  }
}
