/** How a product is divided along the contracted index, where its output alone is too little work for the device. */

export interface Slices {
  readonly count: number
  /** Steps of the contracted index in each but the last. */
  readonly chunk: number
}

/** As many slices as wanted at most, each a multiple of `unit` long, none empty. */
export function slicesOf(depth: number, wanted: number, unit: number): Slices {
  const chunk = Math.max(unit, Math.ceil(depth / wanted / unit) * unit)
  return { count: Math.max(1, Math.ceil(depth / chunk)), chunk }
}
