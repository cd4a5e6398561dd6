/** Moving four elements as one, where they are neighbours in all views and begin at a multiple of four. */
import type { Nest } from './nest.js'

export const QUAD = 4

const divides = (value: number): boolean => value % QUAD === 0

/**
 * The nest with places counted in fours, or `undefined` where that can't be. Views that aren't `moved` are those where
 * all of a run is one element; their places stay as they are.
 */
export function quadNest(nest: Nest, moved: readonly boolean[]): Nest | undefined {
  const { lengths, size, strides, offsets } = nest
  const last = lengths.length - 1
  if (!divides(lengths[last] as number)) return undefined
  for (let view = 0; view < moved.length; view++) {
    const own = strides[view] as readonly number[]
    if (own[last] !== (moved[view] ? 1 : 0)) return undefined
    if (moved[view] && !(divides(offsets[view] as number) && own.slice(0, last).every(divides)))
      return undefined
  }
  return {
    lengths: lengths.with(last, (lengths[last] as number) / QUAD),
    size: size / QUAD,
    strides: strides.map((own, view) =>
      moved[view] ? own.map((stride, axis) => (axis === last ? 1 : stride / QUAD)) : own,
    ),
    offsets: offsets.map((offset, view) => (moved[view] ? offset / QUAD : offset)),
  }
}
