/**
 * The file of a worker that serves the backends that come with Nabla. Built, it has all it needs in itself; its name is one
 * that no program has beside its own scripts. `start-worker.ts` starts it; where a bundler makes no file of it, a program
 * names it, or calls `serve` in a worker of its own.
 */
import { createBackend, type FromWorker, portOf, serveBackend, type ToWorker } from '@nabla/backend'
import { nodeWorkers } from './node-workers.js'
import { registerOwnBackends } from './own-backends.js'
import { WORKER_NAME } from './worker-name.js'

/** Where this file is; of use where a bundler makes a file of its own of it because it is imported dynamically. */
export const url: string = import.meta.url

/**
 * Serves the backends that are registered, Nabla's own among them, to whoever started this worker.
 *
 * @example
 * import { registerBackend } from 'nabla'
 * import { serve } from 'nabla/nabla-backend-worker'
 *
 * registerBackend(myBackendFactory)
 * serve()
 */
export function serve(): void {
  registerOwnBackends()
  serveBackend(portOf<ToWorker, FromWorker>(nodeWorkers()?.parentPort ?? globalThis), createBackend)
}

/** Imported by a page, or by a worker with another name, it does nothing by itself. */
const isStarted =
  nodeWorkers()?.workerData === WORKER_NAME || (typeof self !== 'undefined' && self.name === WORKER_NAME)
if (isStarted) serve()
