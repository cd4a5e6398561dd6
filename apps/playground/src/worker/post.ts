/**
 * Sends messages to the page; the one place of the worker that does.
 */
import type { FromWorker, Task } from '../protocol.js'

export function post(message: FromWorker): void {
  postMessage(message)
}

/** Tells how far a wait has come, not more often than the page can draw. */
export class Progress {
  #last = Number.NEGATIVE_INFINITY

  constructor(private readonly task: Task) {}

  report(fraction?: number): void {
    const now = performance.now()
    if (now - this.#last < 40 && fraction !== 1) return
    this.#last = now
    post({ kind: 'progress', task: this.task, fraction })
  }

  done(): void {
    post({ kind: 'done', task: this.task })
  }
}
