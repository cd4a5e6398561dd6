/**
 * Adapters that are no GPU: software that computes what a GPU would, on the processor, and slower than the wasm backend.
 */

/** Old browsers tell less. */
export type AdapterInfo = { readonly [Key in Exclude<keyof GPUAdapterInfo, '__brand'>]?: GPUAdapterInfo[Key] }

const NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i

/** What is known of an adapter in words, e.g. `nvidia ampere NVIDIA A10`. */
export function describeAdapter({
  vendor = '',
  architecture = '',
  device = '',
  description = '',
}: AdapterInfo): string {
  const parts = [vendor, architecture, description || device]
  const known = parts.filter((part, position) => part !== '' && parts.indexOf(part) === position)
  return known.join(' ') || 'an adapter that tells nothing about itself'
}

/** Whether an adapter is software: it says so, or has the name of one that is. */
export function isSoftware(info: AdapterInfo): boolean {
  const { isFallbackAdapter, vendor, architecture, device, description } = info
  return isFallbackAdapter === true || NAMES.test([vendor, architecture, device, description].join(' '))
}
