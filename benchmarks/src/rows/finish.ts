/**
 * Ending a run honestly: the result is there when the backend says so, and is freed.
 */
import { jit, scope, type Tensor } from 'nabla'
import type { Mode, Run } from '../measure.js'

type Compute = (...inputs: Tensor[]) => Tensor

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

/** A run of one computation on given inputs. */
export function computation(mode: Mode, inputs: readonly Tensor[], compute: Compute, inner = 1): Run {
  const captured = jit(compute)
  const run = mode === 'captured' ? captured : compute
  return {
    inner,
    once: () => finished(() => run(...inputs)),
    dispose() {
      captured.dispose()
      for (const input of inputs) input.dispose()
    },
  }
}
