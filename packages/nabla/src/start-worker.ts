/**
 * Starts the worker that nabla-backend-worker.ts is: in browsers as a module of the same origin, named in the form that
 * bundlers look for; in Node as the file beside this one.
 */
import type { Endpoint, FromWorker } from '@nabla/backend'
import { nodeWorkers } from './node-workers.js'
import { WORKER_NAME } from './worker-name.js'

/** For Node; in the form that bundlers take for an asset's, since in any other one of them writes down where it ran. */
const besideInNode = (): URL => new URL('./nabla-backend-worker.js', import.meta.url)

/** Vite, webpack and others look for this form, make the file, and put its name here. */
const besideThis = (): Worker =>
  new Worker(new URL('./nabla-backend-worker.js', import.meta.url), {
    type: 'module',
    name: 'nabla-backend-worker',
  })

/** @param url of the worker's file; default: beside this one */
export function startWorker(url?: string | URL): Endpoint<FromWorker> {
  const workers = nodeWorkers()
  // Without the program's own flags, which may be about its text.
  const options = { workerData: WORKER_NAME, name: 'nabla', execArgv: [] }
  if (workers !== undefined) return new workers.Worker(new URL(url ?? besideInNode()), options)
  return url === undefined ? besideThis() : new Worker(url, { type: 'module', name: WORKER_NAME })
}
