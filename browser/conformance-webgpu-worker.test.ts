/** The kit on WebGPU in a worker of a page, with all that the adapter gives: every call of every kernel is sent to the worker. */
import { expect } from 'vitest'
import { describeKitOnWebgpu } from './kit-on-webgpu.js'
import { POLICY } from './visit.js'

describeKitOnWebgpu('conformance of webgpu in a worker in Chromium', {
  backend: 'worker:webgpu',
  headers: POLICY,
  expectIt: ({ description }) => expect(description).toMatch(/, in a worker$/),
})
