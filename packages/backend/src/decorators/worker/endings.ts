/**
 * Why a request can't be answered, in words.
 */
import { BackendError, CancelledError } from '../../errors.js'

/** An error about the request made at `where`. */
export type Ending = (where: string) => Error

/** The worker is gone. */
export function crashed(
  name: string,
  reason: string,
  last: { readonly label: string; readonly kernels: number } | undefined,
): Ending {
  const work =
    last === undefined
      ? 'no kernel under way'
      : last.kernels === 1
        ? `the kernel "${last.label}" under way`
        : `${last.kernels} kernels under way or waiting, the last of them "${last.label}"`
  return (where) =>
    new BackendError(where, {
      expected: `a worker that runs "${name}"`,
      received: `its end (${reason}), with ${work}`,
      fix: 'make another backend and put the data there anew; where memory ran out, use smaller batches or fewer tensors at a time',
    })
}

export const disposed: Ending = (where) =>
  new BackendError(where, {
    expected: 'a backend in use',
    received: 'one that was disposed',
    fix: 'make another, for example with createWorkerBackend()',
  })

/** For reads that wait while somebody cancels. */
export const cancelled: Ending = (where) =>
  new CancelledError(where, {
    expected: 'to be waited for',
    received: 'cancel() while it was pending',
    fix: 'read again what is still of interest; what was not computed by then says so',
  })

/** For what a kernel should have computed that was dropped. */
export const dropped: Ending = (where) =>
  new CancelledError(where, {
    expected: 'operands that were computed',
    received: 'what a kernel should have computed that cancel() dropped before it began',
    fix: 'compute it again; variables that were not updated by a captured program must be set anew',
  })
