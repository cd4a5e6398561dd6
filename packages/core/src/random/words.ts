/**
 * Random bits as expressions: two 32-bit words per element, from the generator's key, the number of the draw and the
 * element's number in row-major order. Everything random is a map over these.
 */
import {
  constant,
  type Expr,
  expressions as e,
  type FloatDType,
  index,
  type ProgramScalar,
  rowMajorStrides,
  type Shape,
  scalar,
} from '@nabla/backend'
import { hostNumbers } from '../engine/tracing.js'
import type { Generator } from './generator.js'

/** The words of an element, and where the kernel's own scalars begin. */
export interface Words {
  readonly first: Expr
  readonly second: Expr
  readonly nextScalar: number
}

/** Scalars: key, key, draw, then the stride of each axis but the last. */
export function wordScalars(generator: Generator, shape: Shape): ProgramScalar[] {
  return [...hostNumbers(generator, () => generator.next()), ...rowMajorStrides(shape).slice(0, -1)]
}

/** The words at the current position of a shape with `rank` axes. */
export function randomWords(rank: number): Words {
  const [key0, key1, draw] = [0, 1, 2].map((slot) => scalar(slot, 'uint32')) as [Expr, Expr, Expr]
  let element: Expr = constant(0, 'uint32')
  for (let axis = 0; axis < rank; axis++) {
    const coordinate = e.cast(index(axis), 'uint32')
    const isLast = axis === rank - 1
    element = e.add(element, isLast ? coordinate : e.multiply(coordinate, scalar(3 + axis, 'uint32')))
  }
  return {
    first: e.threefry(0, key0, key1, element, draw),
    second: e.threefry(1, key0, key1, element, draw),
    nextScalar: 3 + Math.max(0, rank - 1),
  }
}

/** A number in [0, 1) at the resolution of the type: 11, 24 or 53 random bits. */
export function unitInterval({ first, second }: Pick<Words, 'first' | 'second'>, dtype: FloatDType): Expr {
  switch (dtype) {
    case 'float16':
      return e.multiply(e.cast(e.shiftRight(first, 21), dtype), 2 ** -11)
    case 'float32':
      return e.multiply(e.cast(e.shiftRight(first, 8), dtype), 2 ** -24)
    case 'float64': {
      const high = e.cast(e.shiftRight(first, 5), dtype)
      const low = e.cast(e.shiftRight(second, 6), dtype)
      return e.multiply(e.add(e.multiply(high, 2 ** 26), low), 2 ** -53)
    }
  }
}

/** A float32 in (0, 1), both ends left out: 23 random bits and a half. */
export function openInterval(word: Expr): Expr {
  return e.multiply(e.add(e.cast(e.shiftRight(word, 9), 'float32'), 0.5), 2 ** -23)
}
