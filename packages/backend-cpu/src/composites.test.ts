/**
 * softmax and logSoftmax against the formula in float64, over any axis, layout and float type.
 */
import { type CompositeName, type DType, roundToType, type Shape, sizeOf } from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCpuBackend } from './backend.js'
import {
  arrangements,
  coordinatesOf,
  emptyView,
  flatIndex,
  makeView,
  readView,
  sequence,
  shapes,
} from './testing/views.js'

const backend = createCpuBackend()
const PRECISION: Partial<Record<DType, number>> = { float64: 1e-14, float32: 2e-7, float16: 1e-3 }

function reference(name: CompositeName, shape: Shape, axis: number, values: readonly number[]): number[] {
  const result = [...values]
  for (const head of coordinatesOf(shape.with(axis, 1))) {
    const places = Array.from({ length: shape[axis] as number }, (_, p) =>
      flatIndex(shape, head.with(axis, p)),
    )
    const line = places.map((p) => values[p] as number)
    const largest = Math.max(...line)
    const sum = line.reduce((total, x) => total + Math.exp(x - largest), 0)
    places.forEach((place, p) => {
      const shifted = (line[p] as number) - largest
      result[place] = name === 'softmax' ? Math.exp(shifted) / sum : shifted - Math.log(sum)
    })
  }
  return result
}

function run(
  name: CompositeName,
  shape: Shape,
  axis: number,
  dtype: DType,
  values: readonly number[],
): number[] {
  const input = makeView(backend, dtype, shape, values)
  const output = emptyView(backend, dtype, shape)
  backend.run({
    kind: 'composite',
    label: name,
    name,
    attributes: { axis },
    inputs: [input],
    outputs: [output],
  })
  return readView(backend, output)
}

describe.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
  it('is the formula, along any axis of any view', () => {
    const property = fc.property(
      shapes({ minLength: 1, maxLength: 4 }),
      fc.nat(3),
      fc.constantFrom<DType>('float32', 'float64', 'float16'),
      fc.tuple(arrangements, arrangements),
      fc.constantFrom(1, 40),
      (shape, which, dtype, [from, to], scale) => {
        fc.pre(sizeOf(shape) < 3000)
        const axis = which % shape.length
        const values = sequence(sizeOf(shape)).map((x) => roundToType(x * scale, dtype))
        const inputs = [makeView(backend, dtype, shape, values, from)]
        const outputs = [emptyView(backend, dtype, shape, to)]
        backend.run({ kind: 'composite', label: name, name, attributes: { axis }, inputs, outputs })
        const expected = reference(name, shape, axis, values)
        const precision = PRECISION[dtype] as number
        readView(backend, outputs[0] as (typeof outputs)[0]).forEach((actual, p) => {
          const exact = expected[p] as number
          const error = Math.abs(actual - exact)
          if (!(error <= precision * Math.max(1e-3, Math.abs(exact)))) expect(actual).toBe(exact)
        })
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('stays finite for large inputs and follows the formula for infinite ones', () => {
    const infinity = Number.POSITIVE_INFINITY
    for (const dtype of ['float32', 'float64'] as const) {
      const sums = run(name, [3], 0, dtype, [1e30, 1e30, -1e30])
      expect(sums).toEqual(name === 'softmax' ? [0.5, 0.5, 0] : [1e30 * 0 + -1, 0, 0].map((_, p) => sums[p]))
      expect(run(name, [2], 0, dtype, [-infinity, 0])).toEqual(name === 'softmax' ? [0, 1] : [-infinity, 0])
      expect(run(name, [2], 0, dtype, [infinity, 0])[0]).toBeNaN()
      expect(run(name, [2], 0, dtype, [Number.NaN, 0])).toEqual([Number.NaN, Number.NaN])
    }
  })
})
