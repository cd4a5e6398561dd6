/**
 * What planners are told of a device, and what people are.
 */
import type { DeviceFacts } from '../plan/plan.js'
import { USED_FEATURES } from './limits.js'
import { type AdapterInfo, describeAdapter, isSoftware } from './software.js'

/** Vendors whose GPUs with much memory for a workgroup are mostly big ones. */
const STRONG = /nvidia|amd|apple/i

/** What a device tells of its adapter. */
export function infoOf({ adapterInfo = {} }: { readonly adapterInfo?: AdapterInfo }): AdapterInfo {
  return adapterInfo
}

function strengthOf(info: AdapterInfo, limits: GPUSupportedLimits): DeviceFacts['strength'] {
  if (isSoftware(info)) return 'software'
  const isStrong = STRONG.test(info.vendor ?? '') && limits.maxComputeWorkgroupStorageSize >= 32768
  return isStrong ? 'strong' : 'modest'
}

export function factsOf(device: Pick<GPUDevice, 'adapterInfo' | 'limits' | 'features'>): DeviceFacts {
  const { limits, features } = device
  const info = infoOf(device)
  const { subgroupMinSize, subgroupMaxSize } = info
  const hasSubgroups =
    features.has('subgroups') && subgroupMinSize !== undefined && subgroupMaxSize !== undefined
  return {
    maximumInvocations: limits.maxComputeInvocationsPerWorkgroup,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maximumStorageBuffers: limits.maxStorageBuffersPerShaderStage,
    maximumGroups: limits.maxComputeWorkgroupsPerDimension,
    float16: features.has('shader-f16'),
    subgroups: hasSubgroups ? { smallest: subgroupMinSize, largest: subgroupMaxSize } : undefined,
    strength: strengthOf(info, limits),
  }
}

/** Bytes of the largest buffer that a shader can have, a multiple of 16. */
export function largestBuffer({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): number {
  return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 16) * 16
}

/** Bytes in words, e.g. `128 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 10) return `${bytes} B`
  const [size, unit] =
    bytes < 2 ** 20 ? [2 ** 10, 'KiB'] : bytes < 2 ** 30 ? [2 ** 20, 'MiB'] : [2 ** 30, 'GiB']
  return `${Number((bytes / size).toFixed(1))} ${unit}`
}

type Described = Pick<GPUDevice, 'limits' | 'features'>

/** Lines about an adapter or device: what it is, how much it takes, what it has. */
export function detailsOf(info: AdapterInfo, { limits, features }: Described): string[] {
  const has = USED_FEATURES.map((feature) => `${features.has(feature) ? '' : 'no '}${feature}`)
  return [
    `adapter: ${describeAdapter(info)}${isSoftware(info) ? ' (software)' : ''}`,
    `limits: buffers of ${formatBytes(largestBuffer(limits))}, ${limits.maxStorageBuffersPerShaderStage} in a shader, workgroups of ${limits.maxComputeInvocationsPerWorkgroup} with ${formatBytes(limits.maxComputeWorkgroupStorageSize)} shared`,
    `features: ${has.join(', ')}`,
  ]
}
