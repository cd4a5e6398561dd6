/**
 * Putting the inputs of an operation on a backend: the same elements laid out in different ways, as views that users make.
 */
import { type DType, isFloat, roundToType, type Shape, sizeOf } from '@nabla/backend'
import { flip, slice, type Tensor, tensorFrom, transpose } from '@nabla/core'
import { toTypedArray } from '../reference/backend.js'
import { coordinatesOf, positionAt } from '../reference/elements.js'
import type { InputSpec, Place } from './operation.js'

/** The elements of an input: those given, else different numbers from -2 to 2 in no order, or small integers. */
export function elementsOf(
  { shape, values, dtype: own }: InputSpec,
  { dtype: asked }: { readonly dtype: DType },
  salt: number,
): number[] {
  const dtype = own ?? asked
  if (values !== undefined)
    return values.map((value) =>
      isFloat(dtype)
        ? value
        : roundToType(Math.abs(value) === value || dtype === 'int32' ? Math.round(value) : 0, dtype),
    )
  const count = sizeOf(shape)
  return Array.from({ length: count }, (_, i) => {
    // Multiplying by a number without common factors visits every place once.
    const place = (i * 37 + salt * 11) % Math.max(1, count)
    if (isFloat(dtype)) return spread(place, count)
    return dtype === 'bool' ? place % 2 : place % 7
  })
}

/** Place `i` of `count` between -2 and 2, off any round number and exact in every float type. */
function spread(i: number, count: number): number {
  const step = Math.max(1, Math.floor(256 / Math.max(1, count)))
  const centred = (i - Math.floor(count / 2)) * step
  return (centred >= 0 ? centred + 1 : centred) / 64
}

export const LAYOUTS = ['contiguous', 'transposed', 'stepped', 'reversed'] as const
export type LayoutName = (typeof LAYOUTS)[number]

/** Elements as they are stored for a layout, and the view on them that has them in order. */
export interface Stored {
  readonly values: readonly number[]
  readonly shape: Shape
  readonly view: (base: Tensor) => Tensor
}

/** How elements in row-major order are stored so that they lie in memory as a layout says. */
export function storedAs(elements: readonly number[], shape: Shape, layout: LayoutName): Stored {
  switch (layout) {
    case 'contiguous':
      return { values: elements, shape, view: (base) => base }
    case 'transposed': {
      const stored = [...shape].reverse()
      const values = coordinatesOf(stored).map(
        (index) => elements[positionAt(shape, [...index].reverse())] as number,
      )
      return { values, shape: stored, view: (base) => transpose(base) }
    }
    case 'stepped': {
      const stored = shape.map((length) => length * 2)
      const values = coordinatesOf(stored).map((index) => {
        const half = index.map((coordinate) => Math.floor(coordinate / 2))
        return index.every((coordinate) => coordinate % 2 === 1)
          ? (elements[positionAt(shape, half)] as number)
          : 0
      })
      return {
        values,
        shape: stored,
        view: (base) => slice(base, ...shape.map(() => ({ start: 1, step: 2 }))),
      }
    }
    case 'reversed':
      return { values: [...elements].reverse(), shape, view: (base) => flip(base) }
  }
}

/** Makes a tensor of elements in row-major order that lies in memory as the layout says. Frees what it made on the way. */
export function placeTensor(
  elements: readonly number[],
  shape: Shape,
  dtype: DType,
  { backend }: Pick<Place, 'backend'>,
  layout: LayoutName,
): Tensor {
  const stored = storedAs(elements, shape, layout)
  const base = tensorFrom(toTypedArray(dtype, stored.values), stored.shape, { dtype, backend })
  const result = stored.view(base)
  if (result !== base) base.dispose()
  return result
}
