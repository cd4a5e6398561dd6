/**
 * Backends in a worker: `createWorkerBackend`, and the names that begin with `worker:`.
 */
import {
  type BackendFactory,
  type Endpoint,
  type FromWorker,
  portOf,
  type WorkerBackend,
  type WorkerBackendOptions,
  workerBackend,
} from '@nabla/backend'
import { startWorker } from './start-worker.js'

export interface CreateWorkerOptions extends WorkerBackendOptions {
  /** A worker of your own, or a port to one, that calls `serve` of `nabla/nabla-backend-worker`; default: one is started. */
  readonly worker?: Endpoint<FromWorker>
  /** Where the file of the worker is; default: beside the program. */
  readonly workerUrl?: string | URL
}

/**
 * A backend that computes in a worker, so that the page or the event loop stays free. What the worker has done is known only
 * later: reads are asynchronous, and errors of kernels are thrown by the next read. `dispose()` ends the worker.
 *
 * @throws BackendError when none of the backends asked for can be had in the worker, or it can't be started.
 * @example
 * const backend = await createWorkerBackend({ backend: 'wasm', threads: 4 })
 * const x = tensor([1, 2, 3], { backend })
 */
export async function createWorkerBackend({
  worker,
  workerUrl,
  ...options
}: CreateWorkerOptions = {}): Promise<WorkerBackend> {
  return workerBackend(portOf(worker ?? startWorker(workerUrl)), options, worker ? OWN_WORKER : FILE)
}

const OWN_WORKER =
  'see that the file of the worker is where it was looked for, and that it calls serve() of nabla/nabla-backend-worker'
const FILE =
  'if the bundler made no file of the worker, put nabla-backend-worker.js beside the program, or name it in the option workerUrl of createWorkerBackend()'

/** `worker:wasm` is `wasm` in a worker, and `worker:auto` the first that can be had there. */
export const workerBackendFactory = (backend: string): BackendFactory => ({
  name: `worker:${backend}`,
  priority: 0,
  create: (options) => createWorkerBackend({ ...options, backend }),
})
