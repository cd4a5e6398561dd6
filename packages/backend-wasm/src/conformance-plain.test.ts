/** The WASM backend against the whole conformance kit, without relaxed SIMD, as on engines that lack it. */
import { describeBackend } from '@nabla/conformance'
import { createWasmBackend } from './index.js'

describeBackend('wasm-plain', () => createWasmBackend({ threads: 1, relaxedSimd: false }), {
  print: 'summary',
})
