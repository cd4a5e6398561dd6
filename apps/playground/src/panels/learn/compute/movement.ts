/**
 * Another view of the same numbers: in another shape, or with the axes in another order.
 */
import { arange } from 'nabla'

export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'reshape'; readonly shape: readonly number[] }
  | { readonly kind: 'transpose'; readonly axes: readonly number[] }

export async function view(shape: readonly number[], change: Change) {
  const size = shape.reduce((product, length) => product * length, 1)
  const x = arange(size).reshape(shape)
  const y =
    change.kind === 'reshape'
      ? x.reshape(change.shape)
      : change.kind === 'transpose'
        ? x.transpose(change.axes)
        : x
  return { shape: y.shape, strides: y.strides, values: [...(await y.data())] }
}
