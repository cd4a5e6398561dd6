/**
 * Starts a worker: in Node from text, because a program's bundler, or a test that runs TypeScript, leaves no file behind
 * that could be named; in browsers from a module file of the same origin, since policies forbid workers from text.
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
  // Without the program's own flags, which may make its text a module, or load what it needs none of.
  const worker = new Worker(TEXT(), { eval: true, execArgv: [], workerData: start, name: 'nabla' })
  // The process ends when nothing but workers is left.
  worker.unref()
  worker.on('error', ({ message }) => failed(message))
  worker.on('exit', () => failed('it was ended'))
  return { terminate: () => worker.terminate() }
}

/** Named in the form that Vite, webpack and others look for, who then make the file and put its name here. */
const besideThis = (): Worker =>
  new Worker(new URL('./nabla-worker.js', import.meta.url), { type: 'module', name: 'nabla-worker' })

const NO_FILE =
  'its file could not be loaded; if the bundler made none, put nabla-worker.js beside the program or name it in the option workerUrl'

function spawnInBrowser(make: () => Worker, start: Start, failed: (reason: string) => void): Spawned {
  const worker = make()
  worker.addEventListener('error', ({ message }) => failed(message || NO_FILE))
  worker.postMessage(start)
  return { terminate: async () => worker.terminate() }
}

/** Whether workers start from a file, which may be missing. */
export const needsFile = (): boolean => host()?.getBuiltinModule?.('node:worker_threads') === undefined

/** @param url of the file of a worker, in browsers; default: beside this one. */
export function spawnFrom(url?: string | URL): Spawn {
  const named = (): Worker => new Worker(url ?? '', { type: 'module', name: 'nabla-worker' })
  return (start, failed) => {
    const workers = host()?.getBuiltinModule?.('node:worker_threads')
    if (workers !== undefined) return spawnInNode(workers, start, failed)
    return spawnInBrowser(url === undefined ? besideThis : named, start, failed)
  }
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
