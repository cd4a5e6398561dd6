/**
 * The default backend: where tensors are made when nothing else is said.
 */
import { type Backend, BackendError } from '@nabla/backend'
import { tracing } from './tracing.js'

let current: Backend | undefined
let fallback: (() => Backend) | undefined

/** Makes new tensors on `backend` from now on; existing ones stay where they are. */
export function setDefaultBackend(backend: Backend): void {
  current = backend
}

/** How to make a default backend if one is needed before any was set. */
export function setDefaultBackendFactory(create: () => Backend): void {
  fallback = create
}

/**
 * The backend that new tensors are made on.
 *
 * @throws BackendError when none was set.
 */
export function defaultBackend(): Backend {
  const backend = untracedDefault()
  return tracing.current === undefined ? backend : tracing.current.visible(backend, true)
}

/** @internal The same, also while a function is traced. */
export function untracedDefault(): Backend {
  if (current !== undefined) return current
  if (fallback === undefined) {
    throw new BackendError('defaultBackend', {
      expected: 'a default backend',
      received: 'none',
      fix: "import from 'nabla', which brings one, or call setDefaultBackend(createCpuBackend())",
    })
  }
  current = fallback()
  return current
}
