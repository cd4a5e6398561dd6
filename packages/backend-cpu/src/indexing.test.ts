/**
 * gather, scatter, scan and sort against plain loops, over any layout and type.
 */
import {
  DTYPES,
  type DType,
  IndexError,
  isFloat,
  roundToType,
  type ScanOperation,
  type ScatterOperation,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
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
  valuesOf,
} from './testing/views.js'

const backend = createCpuBackend()

const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 17)), {
  minLength: 1,
  maxLength: 3,
})

const someValues = (dtype: DType, length: number, seed: number): number[] => {
  const sample = fc.sample(valuesOf(dtype), { seed, numRuns: 50 })
  return Array.from({ length }, (_, p) => roundToType(sample[p % 50] as number, dtype))
}

function runGather(axis: number, input: View, indices: View, output: View): void {
  backend.run({ kind: 'gather', label: 'take', axis, input, indices, output })
}

describe('gather', () => {
  it('takes elements and slices by index, counting negative ones from the end', () => {
    const property = fc.property(
      lengths,
      fc.nat(2),
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom(...DTYPES),
      fc.tuple(arrangements, arrangements, arrangements),
      fc.boolean(),
      fc.nat(10 ** 6),
      (shape, which, count, dtype, [forInput, forIndices, forOutput], slices, seed) => {
        const axis = which % shape.length
        const length = shape[axis] as number
        const outputShape = shape.with(axis, count)
        const values = someValues(dtype, sizeOf(shape), seed)
        const indexShape = slices
          ? outputShape.map((each, position) => (position === axis ? each : 1))
          : outputShape
        const picks = sequence(sizeOf(indexShape), seed % 31).map(
          (x) => ((Math.floor(x * 8) + 32) % (2 * length)) - length,
        )
        const own = makeView(backend, 'int32', indexShape, picks, forIndices)
        const strides = own.strides.map((stride, position) => (slices && position !== axis ? 0 : stride))
        const indices: View = { ...own, shape: outputShape, strides }
        const output = emptyView(backend, dtype, outputShape, forOutput)
        runGather(axis, makeView(backend, dtype, shape, values, forInput), indices, output)
        const spread = readView(backend, indices)
        const expected = coordinatesOf(outputShape).map((at, p) => {
          const index = spread[p] as number
          return values[flatIndex(shape, at.with(axis, index < 0 ? index + length : index))]
        })
        expect(readView(backend, output)).toEqual(expected)
      },
    )
    fc.assert(property, { numRuns: 80 })
  })

  it('copies long slices', () => {
    const values = sequence(5 * 200)
    const picks = makeView(backend, 'int32', [3, 1], [4, 0, -1])
    const output = emptyView(backend, 'float32', [3, 200])
    const indices = { ...picks, shape: [3, 200], strides: [1, 0] }
    runGather(0, makeView(backend, 'float32', [5, 200], values), indices, output)
    expect(readView(backend, output)).toEqual(
      [4, 0, 4].flatMap((row) => values.slice(row * 200, row * 200 + 200)),
    )
  })

  it('says which index is out of range', () => {
    const source = makeView(backend, 'float32', [3, 2], sequence(6))
    for (const wrong of [3, -4]) {
      const indices = makeView(backend, 'int32', [1, 2], [0, wrong])
      const run = (): void => runGather(0, source, indices, emptyView(backend, 'float32', [1, 2]))
      expect(run).toThrow(IndexError)
      expect(run).toThrow(
        `take: expected indices from -3 to 2 for axis 0 of length 3; received index ${wrong}.`,
      )
    }
  })
})

describe('scatter', () => {
  const combine: Record<ScatterOperation, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    set: (_, b) => b,
    maximum: Math.max,
    minimum: Math.min,
  }
  for (const operation of Object.keys(combine) as ScatterOperation[]) {
    it(`${operation}: in row-major order of the updates`, () => {
      const property = fc.property(
        lengths,
        fc.nat(2),
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom(...DTYPES.filter((dtype) => dtype !== 'bool')),
        fc.tuple(arrangements, arrangements, arrangements),
        fc.boolean(),
        fc.nat(10 ** 6),
        (shape, which, count, dtype, [forUpdates, forIndices, forOutput], slices, seed) => {
          const axis = which % shape.length
          const length = shape[axis] as number
          const updateShape = shape.with(axis, count)
          const updates = someValues(dtype, sizeOf(updateShape), seed)
          const start = someValues(dtype, sizeOf(shape), seed + 1)
          const indexShape = slices
            ? updateShape.map((each, position) => (position === axis ? each : 1))
            : updateShape
          const picks = sequence(sizeOf(indexShape), seed % 31).map(
            (x) => ((Math.floor(x * 8) + 32) % (2 * length)) - length,
          )
          const own = makeView(backend, 'int32', indexShape, picks, forIndices)
          const strides = own.strides.map((stride, position) => (slices && position !== axis ? 0 : stride))
          const indices: View = { ...own, shape: updateShape, strides }
          const output = makeView(backend, dtype, shape, start, forOutput)
          const spread = readView(backend, indices)
          const view = makeView(backend, dtype, updateShape, updates, forUpdates)
          backend.run({ kind: 'scatter', label: 'test', operation, axis, indices, updates: view, output })
          const expected = [...start]
          coordinatesOf(updateShape).forEach((at, p) => {
            const index = spread[p] as number
            const target = flatIndex(shape, at.with(axis, index < 0 ? index + length : index))
            const value = combine[operation](expected[target] as number, updates[p] as number)
            expected[target] = roundToType(value, dtype)
          })
          expect(readView(backend, output)).toEqual(expected)
        },
      )
      fc.assert(property, { numRuns: 60 })
    })
  }

  it('says which index is out of range', () => {
    const indices = makeView(backend, 'int32', [2], [1, 5])
    const updates = makeView(backend, 'float32', [2], [1, 1])
    const output = emptyView(backend, 'float32', [5])
    const run = (): void =>
      backend.run({ kind: 'scatter', label: 'put', operation: 'add', axis: 0, indices, updates, output })
    expect(run).toThrow('put: expected indices from -5 to 4 for axis 0 of length 5; received index 5.')
  })
})

describe('scan', () => {
  const start: Record<ScanOperation, number> = {
    sum: 0,
    product: 1,
    maximum: Number.NEGATIVE_INFINITY,
    minimum: Number.POSITIVE_INFINITY,
  }
  const step = (operation: ScanOperation, dtype: DType, a: number, b: number): number => {
    if (operation === 'sum') return isFloat(dtype) ? a + b : (a + b) | 0
    if (operation === 'product') return isFloat(dtype) ? a * b : Math.imul(a, b)
    return operation === 'maximum' ? Math.max(a, b) : Math.min(a, b)
  }

  /** What a line becomes, in the order it is run through. */
  function scanned(
    line: readonly number[],
    operation: ScanOperation,
    dtype: DType,
    exclusive: boolean,
  ): number[] {
    let running = start[operation]
    return line.map((x) => {
      const before = running
      running = step(operation, dtype, running, x)
      return roundToType(exclusive ? before : running, dtype)
    })
  }

  for (const operation of Object.keys(start) as ScanOperation[]) {
    it(operation, () => {
      const property = fc.property(
        lengths,
        fc.nat(2),
        fc.constantFrom<DType>('float32', 'float64', 'int32', 'uint32', 'uint8', 'float16'),
        fc.tuple(arrangements, arrangements),
        fc.boolean(),
        fc.boolean(),
        (shape, which, dtype, [from, to], reverse, exclusive) => {
          fc.pre(isFloat(dtype) || !exclusive || operation === 'sum' || operation === 'product')
          const axis = which % shape.length
          const raw = sequence(sizeOf(shape)).map((x) =>
            operation === 'product' ? Math.sign(x) * 2 ** (Math.round(x) % 2) : x,
          )
          const values = raw.map((x) => roundToType(isFloat(dtype) ? x : Math.round(x * 8), dtype))
          const input = makeView(backend, dtype, shape, values, from)
          const output = emptyView(backend, dtype, shape, to)
          backend.run({ kind: 'scan', label: 'test', operation, axis, reverse, exclusive, input, output })
          const actual = readView(backend, output)
          for (const head of coordinatesOf(shape.with(axis, 1))) {
            const positions = Array.from({ length: shape[axis] as number }, (_, p) =>
              flatIndex(shape, head.with(axis, p)),
            )
            if (reverse) positions.reverse()
            const line = positions.map((p) => values[p] as number)
            expect(positions.map((p) => actual[p])).toEqual(scanned(line, operation, dtype, exclusive))
          }
        },
      )
      fc.assert(property, { numRuns: 60 })
    })
  }
})

describe('sort', () => {
  /** Positions in stable order, NaN last, or first when descending. */
  function sortedPositions(line: readonly number[], descending: boolean): number[] {
    const key = (position: number): number => line[position] as number
    const compare = (a: number, b: number): number => {
      const [x, y] = [key(a), key(b)]
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
      return x < y ? -1 : x > y ? 1 : 0
    }
    const sign = descending ? -1 : 1
    return line.map((_, position) => position).sort((a, b) => sign * compare(a, b))
  }

  function check(
    shape: Shape,
    axis: number,
    dtype: DType,
    values: number[],
    input: View,
    descending: boolean,
  ): void {
    const outputs = { values: emptyView(backend, dtype, shape), indices: emptyView(backend, 'int32', shape) }
    backend.run({ kind: 'sort', label: 'test', axis, descending, input, ...outputs })
    const onlyValues = emptyView(backend, dtype, shape)
    backend.run({ kind: 'sort', label: 'test', axis, descending, input, values: onlyValues })
    const onlyIndices = emptyView(backend, 'int32', shape)
    backend.run({ kind: 'sort', label: 'test', axis, descending, input, indices: onlyIndices })
    const [actual, positions] = [readView(backend, outputs.values), readView(backend, outputs.indices)]
    // Zeros of either sign are equal, so which of them comes first is open where only the values are asked for.
    expect(readView(backend, onlyValues).map((x) => x + 0)).toEqual(actual.map((x) => x + 0))
    expect(readView(backend, onlyIndices)).toEqual(positions)
    for (const head of coordinatesOf(shape.with(axis, 1))) {
      const places = Array.from({ length: shape[axis] as number }, (_, p) =>
        flatIndex(shape, head.with(axis, p)),
      )
      const line = places.map((p) => values[p] as number)
      const order = sortedPositions(line, descending)
      expect(places.map((p) => positions[p])).toEqual(order)
      expect(places.map((p) => actual[p])).toEqual(order.map((p) => line[p]))
    }
  }

  it('is stable, with NaN last, or first when descending', () => {
    const property = fc.property(
      lengths,
      fc.nat(2),
      fc.constantFrom(...DTYPES),
      arrangements,
      fc.boolean(),
      fc.nat(10 ** 6),
      (shape, which, dtype, from, descending, seed) => {
        const values = someValues(dtype, sizeOf(shape), seed)
        check(
          shape,
          which % shape.length,
          dtype,
          values,
          makeView(backend, dtype, shape, values, from),
          descending,
        )
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('sorts long lines with many equals', () => {
    const values = sequence(1001)
    check([1001], 0, 'float32', values, makeView(backend, 'float32', [1001], values), false)
    check([1001], 0, 'float32', values, makeView(backend, 'float32', [1001], values), true)
  })
})
