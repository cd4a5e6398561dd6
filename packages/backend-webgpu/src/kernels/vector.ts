/** Vectors of four elements: which views can be read as such, and how views step from one vector to the next. */
import type { Steps } from './nest.js'

export const LANES = 4

export const LANE_NAMES = ['x', 'y', 'z', 'w'] as const
export type LaneName = (typeof LANE_NAMES)[number]

/**
 * The weight of an expression (see expression/leaves.ts) from which on computing takes longer than memory: elements are
 * then better taken one by one, since a vector repeats the text four times.
 */
export const HEAVIEST_IN_VECTORS = 100

/** How four neighbouring elements are loaded: as a vector, as one that is the same for all, or each for itself. */
export type Load = 'vector' | 'one' | 'each'

/** For keys of shaders. */
export const LOAD_LETTER: Readonly<Record<Load, string>> = { vector: 'v', one: 'o', each: 'e' }

export const innermost = ({ strides }: Steps): number => strides.at(-1) as number

/** Whether all rows start at multiples of four elements. */
export function isAligned({ offset, strides }: Steps): boolean {
  return offset % LANES === 0 && strides.slice(0, -1).every((stride) => stride % LANES === 0)
}

/** Whether every step is a multiple of four elements. */
export function isMultiple({ offset, strides }: Steps): boolean {
  return offset % LANES === 0 && strides.every((stride) => stride % LANES === 0)
}

/** Steps from one vector to the next, along the innermost axis; in elements but for a `vector`. */
export function vectorSteps({ offset, strides }: Steps, load: Load): Steps {
  if (load !== 'vector') return { offset, strides: strides.with(-1, (strides.at(-1) as number) * LANES) }
  return {
    offset: offset / LANES,
    strides: strides.map((stride, axis) => (axis === strides.length - 1 ? 1 : stride / LANES)),
  }
}

/** Steps in vectors along other axes. */
export function scaledSteps({ offset, strides }: Steps): Steps {
  return { offset: offset / LANES, strides: strides.map((stride) => stride / LANES) }
}
