/**
 * The kit on WebGPU in a page, on a device with no more than the specification's defaults and under a policy without
 * WebAssembly. On one with all that the adapter gives it runs in Node, and in Chromium through a worker
 * (conformance-webgpu-worker.test.ts): compiling its shaders takes software minutes, so each way is gone once.
 */
import { expect } from 'vitest'
import { describeKitOnWebgpu } from './kit-on-webgpu.js'
import { STRICT_POLICY } from './visit.js'

describeKitOnWebgpu('conformance of webgpu in Chromium, with the minimum', {
  backend: 'webgpu-minimum',
  headers: STRICT_POLICY,
  expectIt: ({ maximumViews }) => expect(maximumViews).toBe(7),
})
