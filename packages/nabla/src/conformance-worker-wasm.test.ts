/** The whole conformance kit on the wasm backend in a worker, with threads in workers of that. */
import { describeBackend } from '@nabla/conformance'
import { createWorkerBackend } from './worker-backend.js'

describeBackend('worker(wasm)', () => createWorkerBackend({ backend: 'wasm', threads: 2 }), {
  print: 'summary',
})
