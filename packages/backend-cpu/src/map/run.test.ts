/**
 * The map kernel against `evaluateExpr`, one element at a time: every layout, leaf and kind of result.
 */
import {
  constant,
  DTYPES,
  type DType,
  type Expr,
  expressions as e,
  evaluateExpr,
  fromHalfBits,
  index,
  input,
  roundToType,
  type Shape,
  scalar,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCpuBackend } from '../backend.js'
import {
  arrangements,
  broadcastTo,
  coordinatesOf,
  emptyView,
  makeView,
  plain,
  readView,
  sequence,
  shapes,
  valuesOf,
} from '../testing/views.js'

const backend = createCpuBackend()

function runMap(
  shape: Shape,
  expressions: Expr[],
  inputs: View[],
  outputs: View[],
  scalars: number[] = [],
): void {
  backend.run({ kind: 'map', label: 'test', shape, expressions, inputs, scalars, outputs })
}

/** The numbers that a type stores: what a test has to start from. */
const stored = (values: readonly number[], dtype: DType): number[] =>
  values.map((value) => roundToType(value, dtype))

describe('layouts', () => {
  it('agrees with evaluateExpr on any strided views, in both lanes', () => {
    const property = fc.property(
      shapes({ minLength: 0, maxLength: 4 }),
      fc.tuple(arrangements, arrangements, arrangements, arrangements),
      fc.constantFrom<DType>('float32', 'float64', 'int32', 'uint8'),
      fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      (shape, [forA, forB, forOutput, forSecond], dtype, broadcast) => {
        fc.pre(sizeOf(shape) < 3000)
        const [a, b, s] = [input(0, dtype), input(1, dtype), scalar(0, dtype)]
        const expressions = [e.add(e.multiply(a, b), s), e.less(a, e.maximum(b, 1))]
        const small = shape.map((length, axis) => (broadcast[axis] && length > 0 ? 1 : length))
        const valuesA = stored(sequence(sizeOf(shape)), dtype)
        const valuesB = stored(sequence(sizeOf(small), 5), dtype)
        const viewA = makeView(backend, dtype, shape, valuesA, forA)
        const viewB = broadcastTo(makeView(backend, dtype, small, valuesB, forB), shape)
        const outputs = [
          emptyView(backend, dtype, shape, forOutput),
          emptyView(backend, 'bool', shape, forSecond),
        ]
        const spreadB = readView(backend, viewB)
        runMap(shape, expressions, [viewA, viewB], outputs, [3])
        outputs.forEach((output, number) => {
          const expected = valuesA.map((x, p) =>
            evaluateExpr(expressions[number] as Expr, { inputs: [x, spreadB[p] as number], scalars: [3] }),
          )
          expect(readView(backend, output)).toEqual(expected)
        })
        for (const view of [viewA, viewB, ...outputs]) backend.release(view.buffer)
      },
    )
    fc.assert(property, { numRuns: 120 })
  })

  it('copies any view of any type bit for bit', () => {
    const property = fc.property(
      shapes({ minLength: 0, maxLength: 4 }),
      arrangements,
      arrangements,
      fc.constantFrom(...DTYPES),
      fc.infiniteStream(fc.nat(2 ** 16 - 1)),
      (shape, from, to, dtype, numbers) => {
        fc.pre(sizeOf(shape) < 3000)
        const values = [...numbers.take(sizeOf(shape))].map((bits) =>
          dtype === 'float16' ? fromHalfBits(bits) : roundToType(bits / 3, dtype),
        )
        const source = makeView(backend, dtype, shape, values, from)
        const output = emptyView(backend, dtype, shape, to)
        runMap(shape, [input(0, dtype)], [source], [output])
        expect(readView(backend, output)).toEqual(readView(backend, source))
      },
    )
    fc.assert(property, { numRuns: 80 })
  })

  it('copies a transposed matrix larger than its tiles', () => {
    const [rows, columns] = [70, 130]
    const source = makeView(backend, 'float32', [rows, columns], sequence(rows * columns))
    const transposed = { ...source, shape: [columns, rows], strides: [1, columns] }
    const output = emptyView(backend, 'float32', [columns, rows])
    runMap([columns, rows], [input(0, 'float32')], [transposed], [output])
    expect(readView(backend, output)).toEqual(readView(backend, transposed))
  })

  it('computes a transposed operand larger than its tiles', () => {
    const [rows, columns] = [70, 130]
    const source = makeView(backend, 'float32', [rows, columns], sequence(rows * columns))
    const transposed = { ...source, shape: [columns, rows], strides: [1, columns] }
    const bias = broadcastTo(makeView(backend, 'float32', [1, rows], sequence(rows, 9)), [columns, rows])
    const output = emptyView(backend, 'float32', [columns, rows])
    runMap([columns, rows], [e.add(input(0, 'float32'), input(1, 'float32'))], [transposed, bias], [output])
    const biases = readView(backend, bias)
    expect(readView(backend, output)).toEqual(
      readView(backend, transposed).map((x, p) => x + (biases[p] as number)),
    )
  })
})

describe('leaves and results', () => {
  it('gives coordinates', () => {
    const shape = [3, 1, 700]
    const output = emptyView(backend, 'int32', shape)
    runMap(shape, [e.add(e.multiply(index(0), 1000), e.add(index(2), index(1)))], [], [output])
    expect(readView(backend, output)).toEqual(
      coordinatesOf(shape).map(([i, , k]) => 1000 * (i as number) + (k as number)),
    )
  })

  it('writes constants, scalars and one expression twice', () => {
    const outputs = [0, 1, 2].map(() => emptyView(backend, 'float32', [5]))
    const same = e.multiply(scalar(0, 'float32'), 2)
    runMap([5], [constant(0.1, 'float32'), same, same], [], outputs, [1.25])
    const rows = outputs.map((view) => readView(backend, view))
    expect(rows).toEqual([Array(5).fill(Math.fround(0.1)), Array(5).fill(2.5), Array(5).fill(2.5)])
  })

  it('updates in place, several outputs at once, without reading what it has just written', () => {
    const n = 2500
    const weights = makeView(backend, 'float32', [n], sequence(n))
    const velocity = makeView(backend, 'float32', [n], sequence(n, 3))
    const [w, v] = [input(0, 'float32'), input(1, 'float32')]
    const [w0, v0] = [readView(backend, weights), readView(backend, velocity)]
    // The new velocity depends on the old weights and the other way round.
    runMap([n], [e.add(w, v), e.subtract(v, w)], [weights, velocity], [weights, velocity])
    expect(readView(backend, weights)).toEqual(w0.map((x, p) => x + (v0[p] as number)))
    expect(readView(backend, velocity)).toEqual(v0.map((x, p) => x - (w0[p] as number)))
    runMap([n], [v, w], [weights, velocity], [weights, velocity])
    expect(readView(backend, velocity)).toEqual(w0.map((x, p) => x + (v0[p] as number)))
    expect(readView(backend, weights)).toEqual(v0.map((x, p) => x - (w0[p] as number)))
  })

  it('rounds after every instruction, so fusing changes nothing', () => {
    const [a, b, c] = [0, 1, 2].map((slot) => input(slot, 'float32')) as [Expr, Expr, Expr]
    const property = fc.property(
      fc.array(fc.float({ noNaN: true }), { minLength: 3, maxLength: 3 }),
      (values) => {
        const views = values.map((value) => makeView(backend, 'float32', [1], [value]))
        const [fused, first, second] = [0, 1, 2].map(() => emptyView(backend, 'float32', [1])) as [
          View,
          View,
          View,
        ]
        runMap([1], [e.subtract(e.multiply(a, b), c)], views, [fused])
        runMap([1], [e.multiply(a, b)], views, [first])
        runMap([1], [e.subtract(a, b)], [first, views[2] as View], [second])
        expect(readView(backend, fused)).toEqual(readView(backend, second))
        for (const view of [...views, fused, first, second]) backend.release(view.buffer)
      },
    )
    fc.assert(property, { numRuns: 80 })
  })

  it('draws the same random bits as the reference', () => {
    const n = 1500
    const key = (value: number): Expr => constant(value, 'uint32')
    const counter = e.cast(index(0), 'uint32')
    const both = [0, 1].map((word) =>
      e.threefry(word as 0 | 1, key(11), scalar(0, 'uint32'), counter, key(7)),
    )
    const outputs = both.map(() => emptyView(backend, 'uint32', [n]))
    runMap([n], both, [], outputs, [4294967295])
    both.forEach((word, number) => {
      const expected = Array.from({ length: n }, (_, p) =>
        evaluateExpr(word, { inputs: [], scalars: [4294967295], coordinates: [p] }),
      )
      expect(readView(backend, outputs[number] as View)).toEqual(expected)
    })
  })

  it('agrees with evaluateExpr on random expressions of random types', () => {
    const property = fc.property(
      fc.constantFrom(...DTYPES),
      fc.array(fc.tuple(fc.nat(5), fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat(10 ** 6)),
      (dtype, recipe, stream) => {
        const nodes: Expr[] = [input(0, dtype), input(1, dtype), constant(dtype === 'bool' ? 1 : 2, dtype)]
        for (const [operation, left, right] of recipe) {
          const [a, b] = [nodes[left % nodes.length] as Expr, nodes[right % nodes.length] as Expr]
          const choices = [
            () => e.maximum(a, b),
            () => e.select(e.less(a, b), b, a),
            () => (dtype === 'bool' ? e.xor(a, b) : e.add(a, b)),
            () => (dtype === 'bool' ? e.and(a, b) : e.multiply(a, b)),
            () => e.minimum(a, b),
            () => (dtype === 'bool' ? e.not(a) : e.negate(a)),
          ]
          nodes.push((choices[operation] as () => Expr)())
        }
        const results = nodes.slice(-2)
        const arbitrary = fc.sample(valuesOf(dtype), { seed: stream.next().value ?? 0, numRuns: 10 })
        const values = [0, 1].map((shift) =>
          stored([...arbitrary.slice(shift * 5), ...arbitrary.slice(0, shift * 5)], dtype),
        )
        const views = values.map((list) => makeView(backend, dtype, [10], list, plain))
        const outputs = results.map((result) => emptyView(backend, result.dtype, [10]))
        runMap([10], results, views, outputs)
        results.forEach((result, number) => {
          const expected = Array.from({ length: 10 }, (_, p) =>
            evaluateExpr(result, { inputs: values.map((list) => list[p] as number) }),
          )
          expect(readView(backend, outputs[number] as View)).toEqual(expected)
        })
      },
    )
    fc.assert(property, { numRuns: 120 })
  })
})
