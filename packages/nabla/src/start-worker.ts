/**
 * Starts the worker that nabla-worker.ts is: in browsers as a module of the same origin, named in the form that bundlers look
 * for; in Node as the file beside this one.
 */
import type { Endpoint, FromWorker } from '@nabla/backend'
import { nodeWorkers } from './node-workers.js'

/** In Node nobody is to find the file but Node: bundlers would take its name for that of an asset. */
const here = import.meta.url
const FILE = './nabla-worker.js'

export function startWorker(): Endpoint<FromWorker> {
  const workers = nodeWorkers()
  if (workers !== undefined) return new workers.Worker(new URL(FILE, here), { name: 'nabla' })
  return new Worker(new URL('./nabla-worker.js', import.meta.url), { type: 'module', name: 'nabla' })
}
