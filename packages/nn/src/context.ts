/**
 * What a call of a module is told besides its input. Apart from module.ts so that everything below may use it.
 */

export interface CallContext {
  /** Whether dropout drops and normalization takes the statistics of the batch. */
  readonly training: boolean
}

export const INFERENCE: CallContext = { training: false }
