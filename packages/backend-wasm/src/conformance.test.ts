/** The WASM backend against the whole conformance kit. */
import { describeBackend } from '@nabla/conformance'
import { createWasmBackend } from './index.js'

describeBackend('wasm', () => createWasmBackend())
