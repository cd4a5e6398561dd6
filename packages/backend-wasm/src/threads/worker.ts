/** The file of a worker in browsers: it gets its start as its first message, and never comes back from it. */
import type { Start } from './control.js'
import { execute, serve } from './serve.js'

addEventListener('message', ({ data }: MessageEvent<Start>) => serve(execute, data), { once: true })
