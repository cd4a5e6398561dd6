/**
 * Errors on the wire: what structured cloning would make a plain `Error` of keeps its class, its `where` and its message.
 */
import {
  AxisError,
  BackendError,
  CancelledError,
  DeviceLostError,
  DisposedError,
  DTypeError,
  type Explanation,
  IndexError,
  NablaError,
  ShapeError,
  ValueError,
} from '../../errors.js'

export interface ErrorData {
  readonly name: string
  readonly message: string
  /** Of errors that Nabla throws on purpose. */
  readonly where?: string
  readonly stack?: string
}

export function toErrorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  return {
    name,
    message,
    ...(error instanceof NablaError && { where: error.where }),
    ...(stack !== undefined && { stack }),
  }
}

/** The message comes with the data. */
const NOTHING: Explanation = { expected: '', received: '', fix: '' }

const NABLA_ERRORS: Readonly<Record<string, (where: string) => NablaError>> = {
  AxisError: (where) => new AxisError(where, 0, 0),
  BackendError: (where) => new BackendError(where, NOTHING),
  CancelledError: (where) => new CancelledError(where, NOTHING),
  DeviceLostError: (where) => new DeviceLostError(where, NOTHING),
  DTypeError: (where) => new DTypeError(where, NOTHING),
  DisposedError: (where) => new DisposedError(where, NOTHING),
  IndexError: (where) => new IndexError(where, NOTHING),
  ShapeError: (where) => new ShapeError(where, NOTHING),
  ValueError: (where) => new ValueError(where, NOTHING),
}

const OTHER_ERRORS: Readonly<Record<string, new () => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
}

/** An error of the same class, or of the nearest that is known here under the same name. */
export function fromErrorData({ name, message, where, stack }: ErrorData): Error {
  const error =
    where === undefined
      ? new (OTHER_ERRORS[name] ?? Error)()
      : (NABLA_ERRORS[name]?.(where) ?? new NablaError(where, NOTHING))
  const value = { message, ...(error.name !== name && { name }), ...(stack !== undefined && { stack }) }
  for (const [key, each] of Object.entries(value))
    Object.defineProperty(error, key, { value: each, writable: true, configurable: true })
  return error
}
