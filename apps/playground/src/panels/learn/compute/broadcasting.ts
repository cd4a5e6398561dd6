/**
 * Two tensors of different shapes, stretched to one shape and added.
 */
import { arange, ShapeError } from 'nabla'

const counted = (shape: readonly number[], from: number) => {
  const size = shape.reduce((product, length) => product * length, 1)
  return arange(from, from + size).reshape(shape)
}

export async function addStretched(shapeA: readonly number[], shapeB: readonly number[]) {
  const a = counted(shapeA, 1)
  const b = counted(shapeB, 1).mul(10)
  const given = { a: [...(await a.data())], b: [...(await b.data())] }
  try {
    const sum = a.add(b)
    return {
      ...given,
      shape: sum.shape,
      stretchedA: [...(await a.broadcastTo(sum.shape).data())],
      stretchedB: [...(await b.broadcastTo(sum.shape).data())],
      sum: [...(await sum.data())],
    }
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    return { ...given, problem: error.message }
  }
}
