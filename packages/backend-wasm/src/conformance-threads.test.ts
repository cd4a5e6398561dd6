/** The WASM backend against the whole conformance kit, on two threads, between which everything is divided that can be. */
import { describeBackend } from '@nabla/conformance'
import { makeBackend } from './backend.js'
import { ANY_WORK } from './threads/thresholds.js'

describeBackend(
  'wasm-threads',
  async () => {
    const backend = makeBackend({ threads: 2 }, { leastWork: ANY_WORK })
    await backend.startThreads()
    return backend
  },
  { print: 'summary' },
)
