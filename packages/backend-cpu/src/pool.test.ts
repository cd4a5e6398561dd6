/**
 * The pool kernel against the definition: the first largest of each window, NaN winning, padding never.
 */
import { type DType, type PoolGeometry, type Shape, sizeOf } from '@nabla/backend'
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
} from './testing/views.js'

const backend = createCpuBackend()

function outputShape([images, height, width, channels]: Shape, geometry: PoolGeometry): number[] {
  const along = (length: number, axis: 0 | 1): number => {
    const [before, after] = geometry.padding[axis]
    const reach = (geometry.window[axis] - 1) * geometry.dilation[axis] + 1
    return Math.max(0, Math.floor((length + before + after - reach) / geometry.strides[axis]) + 1)
  }
  return [images as number, along(height as number, 0), along(width as number, 1), channels as number]
}

/** The flat position of each window's winner, undefined for a window that lies in the padding altogether. */
function winners(shape: Shape, geometry: PoolGeometry, values: readonly number[]): (number | undefined)[] {
  const { window, strides, dilation, padding } = geometry
  return coordinatesOf(outputShape(shape, geometry)).map(([n, i, j, c]) => {
    let best: number | undefined
    for (const [di, dj] of coordinatesOf(window)) {
      const y = (i as number) * strides[0] - padding[0][0] + (di as number) * dilation[0]
      const x = (j as number) * strides[1] - padding[1][0] + (dj as number) * dilation[1]
      if (y < 0 || x < 0 || y >= (shape[1] as number) || x >= (shape[2] as number)) continue
      const at = flatIndex(shape, [n as number, y, x, c as number])
      const [candidate, known] = [
        values[at] as number,
        best === undefined ? undefined : (values[best] as number),
      ]
      if (known === undefined || candidate > known || (Number.isNaN(candidate) && !Number.isNaN(known)))
        best = at
    }
    return best
  })
}

const pair = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<[T, T]> => fc.tuple(of, of)
const geometries: fc.Arbitrary<PoolGeometry> = fc.record({
  window: pair(fc.integer({ min: 1, max: 3 })),
  strides: pair(fc.integer({ min: 1, max: 3 })),
  dilation: pair(fc.integer({ min: 1, max: 2 })),
  padding: pair(pair(fc.nat(2))),
})
const pictures = fc.tuple(
  fc.nat(2),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 4 }),
)
const types = fc.constantFrom<DType>('float32', 'float64', 'float16', 'int32')

/** Repeated values, some of them NaN or a zero of either sign. */
const picture = (shape: Shape, dtype: DType): number[] =>
  sequence(sizeOf(shape)).map((x, p) => {
    if (dtype === 'int32') return Math.round(x * 2) + 0
    return p % 23 === 7 ? Number.NaN : p % 5 === 3 ? -0 : p % 7 === 1 ? 0 : Math.min(x, 0.5)
  })

describe('pool', () => {
  it('selects at the winners', () => {
    const property = fc.property(
      pictures,
      geometries,
      types,
      arrangements,
      arrangements,
      (shape, geometry, dtype, from, to) => {
        const values = picture(shape, dtype)
        const others = sequence(sizeOf(shape), 11).map((x, p) =>
          p % 2 === 0 ? (values[p] as number) : x * 8,
        )
        const by = makeView(backend, dtype, shape, values, from)
        const source = makeView(backend, dtype, shape, others, to)
        const output = emptyView(backend, dtype, outputShape(shape, geometry), from)
        backend.run({ kind: 'pool', label: 'test', mode: 'select', geometry, by, source, output })
        const expected = winners(shape, geometry, values).map((at) => (at === undefined ? 0 : others[at]))
        expect(readView(backend, output)).toEqual(expected)
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('spreads to the winners, adding where windows overlap', () => {
    const property = fc.property(
      pictures,
      geometries,
      types,
      arrangements,
      arrangements,
      (shape, geometry, dtype, from, to) => {
        const values = picture(shape, dtype)
        const pooled = outputShape(shape, geometry)
        const amounts = sequence(sizeOf(pooled), 3).map((x) => x * 8)
        const by = makeView(backend, dtype, shape, values, from)
        const source = makeView(backend, dtype, pooled, amounts, to)
        const output = emptyView(backend, dtype, shape, to)
        backend.run({ kind: 'pool', label: 'test', mode: 'spread', geometry, by, source, output })
        const expected = new Array<number>(sizeOf(shape)).fill(0)
        winners(shape, geometry, values).forEach((at, p) => {
          if (at !== undefined) expected[at] = (expected[at] as number) + (amounts[p] as number)
        })
        expect(readView(backend, output)).toEqual(expected)
      },
    )
    fc.assert(property, { numRuns: 60 })
  })
})
