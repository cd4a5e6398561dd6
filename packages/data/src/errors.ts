/**
 * The error of this package: data that can't be had or can't be read. Wrong options and indices use the
 * common classes of `@nabla/core`, one of which this one extends.
 */
import { type Explanation, NablaError } from '@nabla/core'

/** Bytes, files or downloads that are missing, truncated, of another format, or broken. */
export class DataError extends NablaError {
  override readonly name = 'DataError'
  /** What came instead of the data, as in the message. */
  readonly received: string

  constructor(where: string, explanation: Explanation, options?: ErrorOptions) {
    super(where, explanation, options)
    this.received = explanation.received
  }
}

/** What went wrong, in a few words: of `DataError`s what came, else the message that lies deepest. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof DataError) return thrown.received
  if (!(thrown instanceof Error)) return String(thrown)
  // `fetch` says only "fetch failed" and has the reason as its cause, several of them if it tried several addresses.
  const cause = thrown.cause
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0])
  return cause instanceof Error && cause.message !== '' ? cause.message : thrown.message
}
