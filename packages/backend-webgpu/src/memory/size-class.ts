/** Sizes of blocks: few enough that a released one soon fits again, close enough that little is wasted. */

/** Blocks of up to eight times this differ by it. */
const STEP = 256

/** The size class of a block: the next of eight steps per power of two, so at most an eighth is unused. */
export function sizeClass(bytes: number): number {
  if (bytes <= 8 * STEP) return Math.max(1, Math.ceil(bytes / STEP)) * STEP
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3)
  return Math.ceil(bytes / step) * step
}
