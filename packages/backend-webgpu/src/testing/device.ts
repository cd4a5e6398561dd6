/**
 * A GPU for tests in Node: Dawn on SwiftShader, the software device that comes with Chromium. VK_ICD_FILENAMES must be in
 * the environment when the process starts (vitest.config.ts sees to it).
 */
// Kept: Dawn aborts the process when its instance is collected while a device lives.
let gpu: GPU | undefined

export async function openTestDevice(descriptor: GPUDeviceDescriptor = {}): Promise<GPUDevice> {
  const { create } = (await import('webgpu')) as { create: (options: string[]) => GPU }
  // SwiftShader takes ten times as long to compile where workgroup memory is to be filled with zeros, which no shader needs.
  gpu ??= create(['enable-dawn-features=disable_workgroup_init'])
  const adapter = await gpu.requestAdapter()
  if (adapter === null)
    throw new Error('no WebGPU adapter: is VK_ICD_FILENAMES set, and libvulkan1 installed?')
  return adapter.requestDevice(descriptor)
}
