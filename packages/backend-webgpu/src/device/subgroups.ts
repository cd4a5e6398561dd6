/**
 * A look at how a device forms subgroups. Kernels rely on invocations that follow each other being in one, in their order, as
 * all known drivers have it; WGSL doesn't promise that, and what would be wrong otherwise is results.
 */

const CODE = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> bent: atomic<u32>;
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(subgroup_invocation_id) own: u32, @builtin(subgroup_size) size: u32) {
  if (own != lane % size) { atomicOr(&bent, 1u); }
}`

export async function areSubgroupsInOrder(device: GPUDevice): Promise<boolean> {
  const compute = { module: device.createShaderModule({ code: CODE }) }
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute })
  // Usages by their numbers, since Node has no `GPUBufferUsage`: STORAGE and COPY_SRC, MAP_READ and COPY_DST.
  const bent = device.createBuffer({ size: 4, usage: 0x80 | 0x4 })
  const seen = device.createBuffer({ size: 4, usage: 0x1 | 0x8 })
  const entries = [{ binding: 0, resource: { buffer: bent } }]
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(4)
  pass.end()
  encoder.copyBufferToBuffer(bent, 0, seen, 0, 4)
  device.queue.submit([encoder.finish()])
  await seen.mapAsync(0x1)
  const isInOrder = new Uint32Array(seen.getMappedRange())[0] === 0
  bent.destroy()
  seen.destroy()
  return isInOrder
}
