/**
 * Errors: every message names the operation or layer, what was expected, what came, and how to fix it.
 */

/** The parts of a message, each a phrase without a full stop. */
export interface Explanation {
  readonly expected: string
  readonly received: string
  readonly fix: string
}

function sentence(where: string, { expected, received, fix }: Explanation): string {
  return `${where}: expected ${expected}; received ${received}. Fix: ${fix}.`
}

/** The base of all errors that Nabla throws on purpose. */
export class NablaError extends Error {
  override readonly name: string = 'NablaError'
  /** The operation or layer that complained, e.g. `matmul` or `dense "hidden"`. */
  readonly where: string

  constructor(where: string, explanation: Explanation, options?: ErrorOptions) {
    super(sentence(where, explanation), options)
    this.where = where
  }
}

/** Shapes that don't fit each other or the operation. */
export class ShapeError extends NablaError {
  override readonly name = 'ShapeError'
}

/** An element type that the operation or the backend doesn't take. */
export class DTypeError extends NablaError {
  override readonly name = 'DTypeError'
}

/** A value that is out of range or of the wrong kind: options, configuration, data. */
export class ValueError extends NablaError {
  override readonly name = 'ValueError'
}

/** An index beyond the length of its axis. */
export class IndexError extends NablaError {
  override readonly name = 'IndexError'
}

/** An axis that the tensor doesn't have. */
export class AxisError extends NablaError {
  override readonly name = 'AxisError'

  constructor(operation: string, axis: number, rank: number) {
    super(operation, {
      expected: rank === 0 ? 'no axis, since the tensor is a scalar' : `an axis from ${-rank} to ${rank - 1}`,
      received: `axis ${axis} for a tensor of ${rank} dimension${rank === 1 ? '' : 's'}`,
      fix: rank === 0 ? 'leave the axis out' : 'count axes from 0, or from -1 backwards',
    })
  }
}

/** A tensor or backend that was freed is used again. */
export class DisposedError extends NablaError {
  override readonly name = 'DisposedError'
}

/** The device that a backend computes on is gone, and with it what it held. Another backend can go on. */
export class DeviceLostError extends NablaError {
  override readonly name = 'DeviceLostError'
}

/** A backend that can't be had, or an operation that crosses two backends. */
export class BackendError extends NablaError {
  override readonly name = 'BackendError'
}

/** Work that was given up because somebody asked for that. */
export class CancelledError extends NablaError {
  override readonly name = 'CancelledError'
}
