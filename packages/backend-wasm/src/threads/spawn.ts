/**
 * Starts a worker: in Node from text, because a program's bundler, or a test that runs TypeScript, leaves no file behind
 * that could be named; in browsers from a module file of the same origin, named in the form that bundlers look for.
 */
import type { Start } from './control.js'
import { execute, serve } from './serve.js'

export interface Spawned {
  terminate(): Promise<unknown>
}

/** Starts a worker; `failed` is called if it ends or can't begin, with a phrase on why. */
export type Spawn = (start: Start, failed: (reason: string) => void) => Spawned

type NodeWorkers = typeof import('node:worker_threads')
type NodeSystem = typeof import('node:os')

interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'node:worker_threads'): NodeWorkers
    getBuiltinModule?(name: 'node:os'): NodeSystem
  }
}

function host(): Host['process'] {
  const { process }: Host = globalThis
  return process
}

/** Tools that keep the names of functions call `__name` in them. */
const TEXT = (): string =>
  `globalThis.__name = (named) => named;(${serve})(${execute}, require('node:worker_threads').workerData)`

function spawnInNode({ Worker }: NodeWorkers, start: Start, failed: (reason: string) => void): Spawned {
  const worker = new Worker(TEXT(), { eval: true, workerData: start, name: 'nabla' })
  // The process ends when nothing but workers is left.
  worker.unref()
  worker.on('error', ({ message }) => failed(message))
  worker.on('exit', () => failed('it was ended'))
  return { terminate: () => worker.terminate() }
}

function spawnInBrowser(start: Start, failed: (reason: string) => void): Spawned {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  worker.addEventListener('error', ({ message }) => failed(message || 'its file could not be loaded'))
  worker.postMessage(start)
  return { terminate: async () => worker.terminate() }
}

export const spawn: Spawn = (start, failed) => {
  const workers = host()?.getBuiltinModule?.('node:worker_threads')
  return workers === undefined ? spawnInBrowser(start, failed) : spawnInNode(workers, start, failed)
}

/** More than this rarely helps: kernels become short, or wait for memory. */
const MOST_THREADS = 8

/** How many threads are used where none are asked for. */
export function defaultThreads(): number {
  const cores =
    globalThis.navigator?.hardwareConcurrency ??
    host()?.getBuiltinModule?.('node:os').availableParallelism() ??
    1
  return Math.max(1, Math.min(MOST_THREADS, cores))
}

/** Why memory can't be shared here, if it can't. */
export function whyUnshared(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined')
    return 'there is no SharedArrayBuffer: the page is not cross-origin isolated (headers COOP and COEP)'
  if (globalThis.crossOriginIsolated === false)
    return 'the page is not cross-origin isolated (headers COOP and COEP)'
  return undefined
}
