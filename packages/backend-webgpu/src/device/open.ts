/**
 * Opening a GPU: from the options to a device, or to the reason why there is none.
 */
import { BackendError } from '@nabla/backend'
import { findGpu, messageOf } from './gpu.js'
import { deviceDescriptor, type Limits } from './limits.js'
import { type AdapterInfo, describeAdapter, isSoftware } from './software.js'

export interface OpenOptions {
  /** Whether an adapter that is no GPU may be used: for tests, since it is slower than the wasm backend. Default false. */
  readonly allowSoftware?: boolean
  /** `'minimum'` asks for no more than every device has; default `'adapter'`. */
  readonly limits?: Limits
}

/** An adapter that may be used, or a phrase on why there is none, and one that may not. */
export type FoundAdapter =
  | { readonly adapter: GPUAdapter }
  | { readonly reason: string; readonly refused?: GPUAdapter }

async function requestAdapter(gpu: GPU, allowSoftware: boolean): Promise<GPUAdapter | null> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter !== null || !allowSoftware) return adapter
  return gpu.requestAdapter({ forceFallbackAdapter: true })
}

export async function findAdapter({ allowSoftware = false }: OpenOptions = {}): Promise<FoundAdapter> {
  const found = await findGpu()
  if ('reason' in found) return found
  const adapter = await requestAdapter(found.gpu, allowSoftware)
  if (adapter === null) return { reason: 'there is WebGPU, but no GPU that it could use (no adapter)' }
  const info: AdapterInfo = adapter.info ?? {}
  if (!isSoftware(info) || allowSoftware) return { adapter }
  return {
    refused: adapter,
    reason: `only a software adapter (${describeAdapter(info)}), slower than the wasm backend; allow it with allowSoftware: true, on a command line --allow-software`,
  }
}

function unavailable(received: string, cause?: unknown): BackendError {
  const explanation = {
    expected: 'a GPU that can be had through WebGPU',
    received,
    fix: "use the wasm backend, or backend: 'auto', where there is no GPU",
  }
  return new BackendError('createWebgpuBackend', explanation, { cause })
}

/** @throws BackendError where there is none */
export async function openDevice(options: OpenOptions = {}): Promise<GPUDevice> {
  const found = await findAdapter(options)
  if ('reason' in found) throw unavailable(found.reason)
  const { adapter } = found
  try {
    return await adapter.requestDevice(deviceDescriptor(adapter, options.limits ?? 'adapter'))
  } catch (error) {
    throw unavailable(`an adapter that gives no device: ${messageOf(error)}`, error)
  }
}
