/**
 * The file of a worker: it serves the backends that come with Nabla, and those that were registered before it was imported.
 * `worker-backend.ts` starts it; a program whose bundler doesn't find it there imports `nabla/worker` in a worker of its own.
 */
import { createBackend, type FromWorker, portOf, serveBackend, type ToWorker } from '@nabla/backend'
import { nodeWorkers } from './node-workers.js'
import { registerOwnBackends } from './own-backends.js'

registerOwnBackends()
serveBackend(portOf<ToWorker, FromWorker>(nodeWorkers()?.parentPort ?? globalThis), createBackend)
