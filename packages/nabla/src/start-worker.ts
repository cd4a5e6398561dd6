/**
 * Starts the worker that nabla-backend-worker.ts is: in browsers as a module of the same origin, named in the form that
 * bundlers look for; in Node as the file beside this one.
 */
import type { Endpoint, FromWorker } from '@nabla/backend'
import { nodeWorkers } from './node-workers.js'
import { workerFile } from './worker-file.js'
import { WORKER_NAME } from './worker-name.js'

/** Vite, webpack and others look for this form, make the file, and put its name here. */
const besideThis = (): Worker =>
  new Worker(new URL('./nabla-backend-worker.js', import.meta.url), {
    type: 'module',
    name: 'nabla-backend-worker',
  })

/** @param url of the worker's file; default: beside this one */
export function startWorker(url?: string | URL): Endpoint<FromWorker> {
  const workers = nodeWorkers()
  const file = url ?? workerFile()
  // Without the program's own flags, which may be about its text.
  const options = { workerData: WORKER_NAME, name: 'nabla', execArgv: [] }
  if (workers !== undefined && file !== undefined) return new workers.Worker(new URL(file), options)
  return url === undefined ? besideThis() : new Worker(url, { type: 'module', name: WORKER_NAME })
}
