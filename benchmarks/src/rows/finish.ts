/**
 * Ending a run honestly: the result is there when the backend says so, and is freed.
 */
import { scope, type Tensor } from 'nabla'

/** Computes a tensor, waits until it is there, and frees everything that was made for it. */
export function finished(compute: () => Tensor): void | Promise<void> {
  const result = scope(compute)
  const { backend } = result
  if (backend.capabilities.synchronousRead) {
    // Work on such a backend is done when its call returns.
    result.dispose()
    return
  }
  return backend.synchronize().then(() => result.dispose())
}
