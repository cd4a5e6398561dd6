/**
 * What threads share besides the tensors: for each worker a record of words by which it is called, and a list of calls, all
 * in linear memory. A worker that sleeps can't receive messages, and a message takes some 10 µs; a word takes 0.2 µs.
 */

/** Words of a worker's record, in cache lines of their own by who writes them. */
export interface Words {
  /** The caller counts up to start a list. */
  readonly generation: number
  /** How many words of the list are used. */
  readonly length: number
  /** Whoever sets it to the generation first runs the list. */
  readonly claimed: number
  /** The worker says which generation it has finished. */
  readonly done: number
  /** It sets this before it sleeps, so that the caller knows when to wake it. */
  readonly sleeping: number
  /** It counts calls, so that a slow worker is told from a dead one. */
  readonly progress: number
  /** One of `STATES`. */
  readonly state: number
  /** The caller sets this before it sleeps. */
  readonly waiting: number
}

const OFFSETS: Words = {
  generation: 0,
  length: 1,
  claimed: 16,
  done: 32,
  sleeping: 33,
  progress: 34,
  state: 35,
  waiting: 48,
}
const RECORD_WORDS = 64

/** What a worker is about; a call that throws makes it fail. */
export const STATES = { starting: 0, ready: 1, failed: 2 } as const

/** Words of a list: room for some hundred calls, or a module. */
export const LIST_WORDS = 16384

/** What one worker takes. */
export const WORKER_BYTES = 4 * (RECORD_WORDS + LIST_WORDS)

/** The words of the worker whose record lies at an address. */
export function wordsAt(address: number): Words {
  const first = address / 4
  return {
    generation: first + OFFSETS.generation,
    length: first + OFFSETS.length,
    claimed: first + OFFSETS.claimed,
    done: first + OFFSETS.done,
    sleeping: first + OFFSETS.sleeping,
    progress: first + OFFSETS.progress,
    state: first + OFFSETS.state,
    waiting: first + OFFSETS.waiting,
  }
}

/** The first word of its list. */
export const listAt = (address: number): number => address / 4 + RECORD_WORDS

/** All that a worker is given. */
export interface Start {
  readonly memory: WebAssembly.Memory
  readonly words: Words
  readonly list: number
  readonly states: typeof STATES
  /** Milliseconds that it looks for the next list before it sleeps. */
  readonly patience: number
}
