/**
 * The file of a worker in browsers. Built, it has all it needs in itself, since bundlers and users pass it on as one file; its
 * name is one that no program has beside its own scripts.
 */
import type { Start } from './control.js'
import { execute, serve } from './serve.js'

/** Where this file is; of use where a bundler makes a file of its own of it because it is imported dynamically. */
export const url: string = import.meta.url

// Imported by a page, or by another worker, it does nothing. A start is the first message, and nothing comes after it.
if (typeof self !== 'undefined' && self.name === 'nabla-worker') {
  addEventListener('message', ({ data }: MessageEvent<Start>) => serve(execute, data), { once: true })
}
