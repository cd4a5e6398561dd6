/** The whole conformance kit on the cpu backend in a worker. */
import { describeBackend } from '@nabla/conformance'
import { createWorkerBackend } from './worker-backend.js'

describeBackend('worker(cpu)', () => createWorkerBackend({ backend: 'cpu' }), { print: 'summary' })
