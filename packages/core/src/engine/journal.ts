/**
 * The journal of a checkpointed segment: which states it changed (random generators, variables), so that running it
 * again for its gradient sees the states as they were the first time.
 */
import type { Tensor } from '../tensor.js'
import { tracing } from './tracing.js'

/** Puts a state back to what it was when it was noted; returns how to undo that. */
export type Rewind = () => () => void

export interface Journal {
  readonly notes: Map<object, Rewind>
  /** Tensors that the notes need. */
  readonly tensors: Tensor[]
}

const open: Journal[] = []

/** Runs `run` while changes of state are noted. */
export function journaled<R>(journal: Journal, run: () => R): R {
  open.push(journal)
  try {
    return run()
  } finally {
    open.pop()
  }
}

/** Called by a state before it changes: `remember` is asked once per journal, for the state before the first change. */
export function noteChange(state: object, remember: (journal: Journal) => Rewind): void {
  for (const journal of open) if (!journal.notes.has(state)) journal.notes.set(state, remember(journal))
}

/** Runs `run` with all noted states as they were, and puts them back to what they are now. */
export function rewound<R>({ notes }: Journal, run: () => R): R {
  const undo = [...notes.values()].map((rewind) => rewind())
  try {
    return tracing.current === undefined ? run() : tracing.current.rehearse(run)
  } finally {
    for (const each of undo.reverse()) each()
  }
}
