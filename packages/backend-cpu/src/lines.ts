/**
 * Lines: the runs of elements along one axis, which scans, sorts and softmax work on one after the other.
 */
import { type Shape, sizeOf } from '@nabla/backend'
import { buildNest, forEachTile, orderByStride, type Strided } from './nest.js'

/** Calls `visit` for every line of `shape` along `axis`; `at[view]` then is the position of its first element. */
export function forEachLine(
  shape: Shape,
  axis: number,
  views: readonly Strided[],
  visit: (at: readonly number[]) => void,
): void {
  if (sizeOf(shape) === 0) return
  const others = shape.with(axis, 1)
  const nest = buildNest(others, views, orderByStride(views[0] as Strided, others))
  const columns = nest.lengths[nest.lengths.length - 1] as number
  const steps = nest.strides.map((strides) => strides[strides.length - 1] as number)
  const at = views.map(() => 0)
  forEachTile(nest, { rowAxis: -1, rows: 1, columns }, at, () => {
    for (let line = 0; line < columns; line++) {
      visit(at)
      for (let view = 0; view < at.length; view++) at[view] = (at[view] as number) + (steps[view] as number)
    }
  })
}
