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

/** Makes a tensor of elements in row-major order that lies in memory as the layout says. Frees what it made on the way. */
export function placeTensor(
  elements: readonly number[],
  shape: Shape,
  dtype: DType,
  { backend }: Pick<Place, 'backend'>,
  layout: LayoutName,
): Tensor {
  const upload = (values: readonly number[], stored: Shape): Tensor =>
    tensorFrom(toTypedArray(dtype, values), stored, { dtype, backend })
  const through = (base: Tensor, view: (base: Tensor) => Tensor): Tensor => {
    const result = view(base)
    base.dispose()
    return result
  }
  switch (layout) {
    case 'contiguous':
      return upload(elements, shape)
    case 'transposed': {
      const stored = [...shape].reverse()
      const values = coordinatesOf(stored).map(
        (index) => elements[positionAt(shape, [...index].reverse())] as number,
      )
      return through(upload(values, stored), (base) => transpose(base))
    }
    case 'stepped': {
      const stored = shape.map((length) => length * 2)
      const values = coordinatesOf(stored).map((index) => {
        const half = index.map((coordinate) => Math.floor(coordinate / 2))
        return index.every((coordinate) => coordinate % 2 === 1)
          ? (elements[positionAt(shape, half)] as number)
          : 0
      })
      return through(upload(values, stored), (base) =>
        slice(base, ...shape.map(() => ({ start: 1, step: 2 }))),
      )
    }
    case 'reversed':
      return through(upload([...elements].reverse(), shape), (base) => flip(base))
  }
}
