/** Views on memory for results between two steps of one kernel, which no backend counts. */
import { type DType, rowMajorLayout, sizeOf, type View } from '@nabla/backend'
import { WasmBuffer } from './buffer.js'
import type { Device } from './device.js'
import { bytesOf } from './memory/linear-memory.js'

/** Runs `use` with a row-major view on memory of its own, which is free again afterwards. */
export function withTemporary(
  device: Device,
  dtype: DType,
  shape: readonly number[],
  use: (view: View) => void,
): void {
  const length = sizeOf(shape)
  device.memory.borrow(bytesOf(dtype, length), (block) => {
    use({ buffer: new WasmBuffer(-1, dtype, length, device, block), dtype, ...rowMajorLayout(shape) })
  })
}
