/**
 * Byte order: typed arrays use the machine's, which is little-endian wherever JavaScript runs on WebGPU or WASM;
 * files may differ.
 */

/** Turns the order of the bytes within each element around, in place: big-endian to little-endian and back. */
export function reverseBytes(bytes: Uint8Array, bytesPerElement: number): void {
  if (bytesPerElement === 1) return
  for (let start = 0; start < bytes.length; start += bytesPerElement) {
    for (let low = start, high = start + bytesPerElement - 1; low < high; low++, high--) {
      const held = bytes[low] as number
      bytes[low] = bytes[high] as number
      bytes[high] = held
    }
  }
}
