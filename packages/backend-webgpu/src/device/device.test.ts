/** What is asked of an adapter, what is said of it, and which adapters are software. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { webgpuBackendFactory } from '../factory.js'
import { describeOnGpu, openTestDevice } from '../testing/device.js'
import { detailsOf, factsOf, formatBytes, largestBuffer } from './facts.js'
import { findGpu, type Node, startDawn } from './gpu.js'
import { deviceDescriptor, USED_LIMITS } from './limits.js'
import { findAdapter, openDevice } from './open.js'
import { type AdapterInfo, describeAdapter, isSoftware } from './software.js'

const LIMITS = {
  maxBufferSize: 2 ** 31,
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
} as GPUSupportedLimits

const NVIDIA: AdapterInfo = {
  vendor: 'nvidia',
  architecture: 'ampere',
  device: '0x2236',
  description: 'NVIDIA A10',
  isFallbackAdapter: false,
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
}

const features = (...names: GPUFeatureName[]): GPUSupportedFeatures => new Set<string>(names)

/** A GPU that gives this adapter, in the place where a browser has its own. */
function stubGpu(
  info: AdapterInfo | undefined,
  onRequest: (options?: GPURequestAdapterOptions) => void = () => {},
) {
  const adapter = info && { info, limits: LIMITS, features: features('shader-f16') }
  vi.stubGlobal('navigator', {
    gpu: {
      requestAdapter: async (options?: GPURequestAdapterOptions) => {
        onRequest(options)
        return adapter ?? null
      },
    },
  })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('software', () => {
  it.each([
    [{ isFallbackAdapter: true }, true],
    [{ vendor: 'google', architecture: 'swiftshader', isFallbackAdapter: false }, true],
    [{ vendor: 'mesa', device: 'llvmpipe', description: 'llvmpipe (LLVM 15.0.7, 256 bits)' }, true],
    [{ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' }, true],
    [NVIDIA, false],
    [{ vendor: 'apple', architecture: 'metal-3' }, false],
    [{}, false],
  ] satisfies [AdapterInfo, boolean][])('%j: %s', (info, expected) => {
    expect(isSoftware(info)).toBe(expected)
  })

  it('is described by what is known, each thing once', () => {
    expect(describeAdapter(NVIDIA)).toBe('nvidia ampere NVIDIA A10')
    expect(describeAdapter({ vendor: 'apple', architecture: 'metal-3', device: 'apple' })).toBe(
      'apple metal-3',
    )
    expect(describeAdapter({})).toBe('an adapter that tells nothing about itself')
  })
})

describe('what is asked of a device', () => {
  const adapter = {
    limits: LIMITS,
    features: features('shader-f16', 'timestamp-query', 'depth-clip-control'),
  }

  it('is what the adapter gives beyond the portable', () => {
    expect(deviceDescriptor(adapter, 'adapter')).toEqual({
      label: 'nabla',
      requiredLimits: Object.fromEntries(USED_LIMITS.map((name) => [name, LIMITS[name]])),
      requiredFeatures: ['shader-f16', 'timestamp-query'],
    })
  })

  it('is nothing where the minimum is wanted', () => {
    expect(deviceDescriptor(adapter, 'minimum')).toEqual({ label: 'nabla' })
  })
})

describe('what is said of a device', () => {
  const device = { limits: LIMITS, features: features('subgroups', 'timestamp-query'), adapterInfo: NVIDIA }

  it('to planners', () => {
    expect(factsOf(device as unknown as GPUDevice)).toEqual({
      maximumInvocations: 1024,
      workgroupBytes: 32768,
      maximumStorageBuffers: 10,
      maximumGroups: 65535,
      float16: false,
      subgroups: { smallest: 32, largest: 32 },
      strength: 'strong',
    })
  })

  it('to people', () => {
    expect(detailsOf(NVIDIA, device)).toEqual([
      'adapter: nvidia ampere NVIDIA A10',
      'limits: buffers of 2 GiB, 10 in a shader, workgroups of 1024 with 32 KiB shared',
      'features: no shader-f16, subgroups, timestamp-query',
    ])
    expect(largestBuffer(LIMITS)).toBe(2 ** 31 - 16)
    expect([12, 1536, 2 ** 27, 3 * 2 ** 29].map(formatBytes)).toEqual([
      '12 B',
      '1.5 KiB',
      '128 MiB',
      '1.5 GiB',
    ])
  })
})

describe('the way to a device', () => {
  it('asks for a fast GPU, and takes it', async () => {
    const asked: unknown[] = []
    stubGpu(NVIDIA, (options) => asked.push(options))
    expect(await findAdapter()).toMatchObject({ adapter: { info: NVIDIA } })
    expect(asked).toEqual([{ powerPreference: 'high-performance' }])
    expect(await webgpuBackendFactory.probe?.()).toMatchObject({
      available: true,
      details: ['adapter: nvidia ampere NVIDIA A10', expect.any(String), expect.any(String)],
    })
  })

  it('passes over software unless it is allowed', async () => {
    stubGpu({ vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader driver 5.0.0' })
    expect(await webgpuBackendFactory.probe?.()).toMatchObject({
      available: false,
      reason:
        'only a software adapter (google swiftshader SwiftShader driver 5.0.0), slower than the wasm backend; allow it with allowSoftware: true, on a command line --allow-software',
    })
    expect(await webgpuBackendFactory.probe?.({ allowSoftware: true })).toMatchObject({ available: true })
  })

  it('asks for a fallback only where software is allowed', async () => {
    const asked: unknown[] = []
    stubGpu(undefined, (options) => asked.push(options))
    expect(await findAdapter()).toMatchObject({ reason: expect.stringMatching(/no adapter/) })
    expect(asked).toHaveLength(1)
    await findAdapter({ allowSoftware: true })
    expect(asked.at(-1)).toEqual({ forceFallbackAdapter: true })
    await expect(openDevice()).rejects.toThrow(
      /createWebgpuBackend: expected a GPU that can be had through WebGPU; received there is WebGPU, but no GPU/,
    )
  })

  it('says why an adapter gives no device', async () => {
    // The adapter of this stub can't make one.
    stubGpu(NVIDIA)
    await expect(openDevice()).rejects.toThrow(/received an adapter that gives no device: .*requestDevice/)
  })

  it('says why a browser has none', async () => {
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('navigator', {})
    expect(await findGpu()).toEqual({ reason: 'this browser has no WebGPU' })
    vi.stubGlobal('isSecureContext', false)
    expect(await findGpu()).toEqual({ reason: expect.stringMatching(/^the page is not a secure context/) })
  })

  it('says what Node needs', async () => {
    const withoutModules: Node = { cwd: () => '/', getBuiltinModule: () => undefined as never }
    const missing = Object.assign(new Error("Cannot find package 'webgpu'"), { code: 'ERR_MODULE_NOT_FOUND' })
    expect(await startDawn(withoutModules, () => Promise.reject(missing))).toEqual({
      reason: 'Node needs the package "webgpu" for it (npm install webgpu)',
    })
    const broken = new Error('libvulkan.so.1: cannot open shared object file')
    expect(await startDawn(withoutModules, () => Promise.reject(broken))).toEqual({
      reason: `the package "webgpu" does not start here: ${broken.message}`,
    })
  })
})

describeOnGpu('a device', () => {
  it('has the portable limits where the minimum is wanted', async () => {
    const device = await openTestDevice(undefined, { limits: 'minimum' })
    expect(factsOf(device)).toMatchObject({ maximumStorageBuffers: 8, workgroupBytes: 16384, float16: false })
    device.destroy()
  })
})
