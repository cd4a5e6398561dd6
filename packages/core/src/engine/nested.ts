/**
 * Elements as nested JavaScript arrays.
 */
import type { DType, Shape } from '@nabla/backend'
import type { AnyNested } from '../types/nested.js'

type Element = number | boolean

/** Row-major elements as arrays nested as deep as the shape has axes; booleans for `bool`. */
export function toNested(values: ArrayLike<number>, shape: Shape, dtype: DType): AnyNested<Element> {
  let next = 0
  const visit = (axis: number): AnyNested<Element> => {
    if (axis < shape.length) return Array.from({ length: shape[axis] as number }, () => visit(axis + 1))
    const value = values[next++] as number
    return dtype === 'bool' ? value !== 0 : value
  }
  return visit(0)
}
