/**
 * Requests that wait for their answers, by number.
 */

interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

export class Requests<T> {
  readonly #waiting = new Map<number, Waiting<T>>()
  #next = 0

  /** @param changed called with whether any request waits, when that changes */
  constructor(private readonly changed: (areAny: boolean) => void) {}

  /** The number of a new request, and its answer. */
  open(): { readonly number: number; readonly answer: Promise<T> } {
    const number = this.#next++
    const answer = new Promise<T>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
    })
    if (this.#waiting.size === 1) this.changed(true)
    return { number, answer }
  }

  /** Answers of requests that nobody waits for any more go nowhere. */
  resolve(number: number, value: T): void {
    this.#take(number)?.resolve(value)
  }

  reject(number: number, error: Error): void {
    this.#take(number)?.reject(error)
  }

  rejectAll(error: () => Error): void {
    for (const number of [...this.#waiting.keys()]) this.reject(number, error())
  }

  #take(number: number): Waiting<T> | undefined {
    const waiting = this.#waiting.get(number)
    if (this.#waiting.delete(number) && this.#waiting.size === 0) this.changed(false)
    return waiting
  }
}
