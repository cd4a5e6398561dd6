/** The WASM backend against the whole conformance kit, on one thread; its siblings have other choices. */
import { describeBackend } from '@nabla/conformance'
import { createWasmBackend } from './index.js'

describeBackend('wasm', () => createWasmBackend({ threads: 1 }))
