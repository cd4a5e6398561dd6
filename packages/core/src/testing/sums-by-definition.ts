/**
 * For tests: sums of products by definition, in plain loops over row-major values.
 */
import { type Shape, sizeOf } from '@nabla/backend'
import { coordinatesOf, noise, positionOf } from './arrangements.js'

/** Values and shape, as the definitions below see an array. */
export interface Plain {
  readonly shape: Shape
  readonly values: readonly number[]
}

/** Values without pattern. */
export const plain = (shape: Shape, seed: number): Plain => ({ shape, values: noise(sizeOf(shape), seed) })

export const elementAt = ({ shape, values }: Plain, coordinates: readonly number[]): number =>
  values[positionOf(shape, coordinates)] as number

/** For each position of the output, the sum over k of a product. */
export function sums(
  shape: Shape,
  length: number,
  product: (at: readonly number[], k: number) => number,
): number[] {
  return coordinatesOf(shape).map((at) => {
    let sum = 0
    for (let k = 0; k < length; k++) sum += product(at, k)
    return sum
  })
}
