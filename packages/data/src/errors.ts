/**
 * The error of this package: data that can't be had or can't be read. Wrong options and indices use the
 * common classes of `@nabla/backend`, which this one extends.
 */
import { NablaError } from '@nabla/backend'

/** Bytes, files or downloads that are missing, truncated, of another format, or broken. */
export class DataError extends NablaError {
  override readonly name = 'DataError'
}

/** The short text of anything that was thrown, with the cause that `fetch` hides its reason in. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const cause = thrown.cause
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0])
  return cause instanceof Error && cause.message !== '' ? cause.message : thrown.message
}
