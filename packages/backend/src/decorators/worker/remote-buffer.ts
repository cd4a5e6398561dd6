/**
 * A buffer as the calling side has it: a number, under which the worker has the real one.
 */
import type { DType } from '../../dtype.js'
import { BackendError, DisposedError } from '../../errors.js'
import type { Buffer } from '../../view.js'

export class RemoteBuffer implements Buffer {
  isReleased = false

  /** @param owner the backend that made it */
  constructor(
    readonly id: number,
    readonly dtype: DType,
    readonly length: number,
    readonly owner: object,
  ) {}
}

/**
 * The buffer as one of `owner`'s, still in use.
 *
 * @throws BackendError if another backend made it; DisposedError if it was released.
 */
export function ownBuffer(buffer: Buffer, owner: object, label: string): RemoteBuffer {
  if (buffer instanceof RemoteBuffer && buffer.owner === owner && !buffer.isReleased) return buffer
  const what = `buffer ${buffer.id} (${buffer.dtype}, ${buffer.length} elements)`
  if (!(buffer instanceof RemoteBuffer) || buffer.owner !== owner) {
    throw new BackendError(label, {
      expected: 'buffers of this backend in a worker',
      received: `${what}, which belongs to another backend`,
      fix: 'move the tensor first with tensor.to(backend)',
    })
  }
  throw new DisposedError(label, {
    expected: 'buffers that are still in use',
    received: `${what}, which was released`,
    fix: 'keep the tensor alive until its last use: leave out the dispose, or clone it first',
  })
}
