/** What the backend can do on a device, and what it can't, in words. */
import { type Capabilities, COMPOSITES } from '@nabla/backend'
import { formatBytes, infoOf, largestBuffer } from './device/facts.js'
import { describeAdapter } from './device/software.js'
import type { DeviceFacts } from './plan/plan.js'

export function capabilitiesOf(
  device: GPUDevice,
  { float16, maximumStorageBuffers, strength }: DeviceFacts,
): Capabilities {
  const kind = strength === 'software' ? ', imitated by software' : ''
  return {
    dtypes: ['bool', 'uint8', 'int32', 'uint32', 'float16', 'float32'],
    synchronousRead: false,
    threads: 1,
    composites: COMPOSITES,
    // One binding is left for the condition of a map.
    maximumViews: maximumStorageBuffers - 1,
    callsAreCostly: true,
    description: `WebGPU on ${describeAdapter(infoOf(device))}${kind}`,
    limitations: [
      'there is no float64, which shaders have no type for',
      'values are read asynchronously',
      `a tensor takes ${formatBytes(largestBuffer(device.limits))} at most, which is this device's limit`,
      'bool and uint8 take four bytes for each element',
      float16
        ? 'float16 is stored as such and computed in float32'
        : 'float16 takes four bytes for each element and is computed in float32, since the device has no shader-f16',
      ...(strength === 'software' ? ['it is no GPU, and slower than the wasm backend'] : []),
    ],
  }
}
