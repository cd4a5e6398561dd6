/**
 * Which limits and features are asked of a device: those that every device has, and what the adapter gives beyond them
 * where kernels make use of it.
 */

/** `'minimum'`: what the specification promises everywhere, for testing; `'adapter'`: more where there is more. */
export type Limits = 'minimum' | 'adapter'

export const USED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
] as const satisfies readonly (keyof GPUSupportedLimits)[]

export const USED_FEATURES = [
  'shader-f16',
  'subgroups',
  'timestamp-query',
] as const satisfies readonly GPUFeatureName[]

export function deviceDescriptor(
  { limits, features }: Pick<GPUAdapter, 'limits' | 'features'>,
  wanted: Limits,
  unwanted?: GPUFeatureName,
): GPUDeviceDescriptor {
  if (wanted === 'minimum') return { label: 'nabla' }
  const requiredLimits: Record<string, number> = {}
  for (const name of USED_LIMITS) requiredLimits[name] = limits[name]
  return {
    label: 'nabla',
    requiredLimits,
    requiredFeatures: USED_FEATURES.filter((feature) => features.has(feature) && feature !== unwanted),
  }
}
