/**
 * Freeing what the garbage collector found: its backend may have been disposed before, and all memory with it; nobody is
 * there to hear of that.
 */
import { BackendError, DisposedError } from '@nabla/backend'

export function freeCollected(free: () => void): void {
  try {
    free()
  } catch (error) {
    if (!(error instanceof DisposedError || error instanceof BackendError)) throw error
  }
}
