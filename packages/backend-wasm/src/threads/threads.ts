/**
 * Memory with threads on it, or without, as the options and the host allow.
 */
import type { LinearMemory } from '../memory/linear-memory.js'
import { WORKER_BYTES } from './control.js'
import { Pool } from './pool.js'
import { defaultThreads, needsFile, spawnFrom, whyUnshared } from './spawn.js'
import { ANY_WORK, type LeastWork } from './thresholds.js'
import type { WorkersOptions } from './workers.js'

/** Choices that only tests make. */
export interface ThreadOptions extends Pick<WorkersOptions, 'spawn' | 'startTimeout' | 'callTimeout'> {
  /** How much work is divided. */
  readonly leastWork?: LeastWork
  /**
   * Whether workers are started at once, and counted only when they are there; otherwise they are taken for granted, and
   * start with the first kernel that is long enough. Default: where they need a file.
   */
  readonly eager?: boolean
}

/** What users choose. */
export interface WantedThreads {
  readonly threads: number | undefined
  readonly workerUrl: string | URL | undefined
}

export interface Threads {
  readonly memory: LinearMemory
  readonly pool: Pool | undefined
  /** How many there are now, and why only one, if that wasn't asked for. */
  readonly threads: number
  readonly reason: string | undefined
  /** Resolves when the number is final, as long as nothing goes wrong later. */
  settled(): Promise<void>
}

/** Ends the workers of backends that were forgotten instead of disposed. */
let forgotten: FinalizationRegistry<Pool> | undefined

/** @param owner what the threads work for: when it is gone, so are they. */
export function makeThreads(
  owner: object,
  wanted: WantedThreads,
  options: ThreadOptions,
  makeMemory: (shared: boolean) => LinearMemory,
): Threads {
  const threads = Math.max(1, Math.floor(wanted.threads ?? defaultThreads()))
  const why = threads === 1 ? undefined : whyUnshared()
  if (threads === 1 || why !== undefined) {
    const memory = makeMemory(false)
    return { memory, pool: undefined, threads: 1, reason: why, settled: async () => {} }
  }
  const memory = makeMemory(true)
  const { address } = memory.take((threads - 1) * WORKER_BYTES)
  // Tests that divide everything do so on busy machines too.
  const givesWay = options.leastWork !== ANY_WORK
  const { spawn = spawnFrom(wanted.workerUrl), eager = needsFile() } = options
  const pool = new Pool({ ...options, spawn, threads, memory: memory.memory, address, givesWay })
  forgotten ??= new FinalizationRegistry((left) => void left.end())
  forgotten.register(owner, pool)
  if (eager) pool.start()
  const missing = (): string | undefined =>
    pool.reason ?? (eager && !pool.running ? 'the others are being started' : undefined)
  return {
    memory,
    pool,
    get threads() {
      return missing() === undefined ? threads : 1
    },
    get reason() {
      return missing()
    },
    settled: async () => (eager ? pool.settled() : undefined),
  }
}
