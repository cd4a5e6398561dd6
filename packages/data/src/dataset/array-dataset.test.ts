import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { ArrayDataset } from './array-dataset.js'

function numbered(count: number): ArrayDataset<'inputs' | 'targets'> {
  return new ArrayDataset({
    inputs: { data: Float32Array.from({ length: count * 2 }, (_, i) => i), shape: [2] },
    targets: { data: Uint8Array.from({ length: count }, (_, i) => i), shape: [] },
  })
}

/** The targets in order: which samples a selection holds. */
function contents(dataset: ArrayDataset<'inputs' | 'targets'>): number[] {
  return Array.from(dataset.all().targets.data)
}

describe('ArrayDataset', () => {
  it('gathers batches in fresh arrays', () => {
    const dataset = numbered(4)
    const batch = dataset.batch([3, 0])
    expect(batch).toEqual({
      inputs: { data: new Float32Array([6, 7, 0, 1]), shape: [2, 2] },
      targets: { data: new Uint8Array([3, 0]), shape: [2] },
    })
    batch.inputs.data.fill(9)
    expect(dataset.get(3).inputs).toEqual({ data: new Float32Array([6, 7]), shape: [2] })
    expect(dataset.get(3).targets).toEqual({ data: new Uint8Array([3]), shape: [] })
  })

  it('keeps the names of its columns in the types', () => {
    expectTypeOf(numbered(1).batch([0]).inputs.shape).toEqualTypeOf<readonly number[]>()
    // @ts-expect-error there is no such column
    expect(numbered(1).batch([0]).labels).toBeUndefined()
  })

  it('scales bytes to float32 as it batches', () => {
    const dataset = new ArrayDataset({
      inputs: { data: new Uint8Array([0, 51, 255]), shape: [1], scale: 1 / 255 },
    })
    expect(dataset.all().inputs.data).toEqual(new Float32Array([0, 0.2, 1]))
  })

  it('scales and shifts other types, and converts to the type asked for', () => {
    const dataset = new ArrayDataset({
      a: { data: new Int16Array([1, -2]), shape: [] },
      b: { data: new Float64Array([1, 2]), shape: [], scale: 2, shift: 1 },
      c: { data: new Uint8Array([7, 200]), shape: [], dtype: 'int32' },
      d: { data: new Int32Array([1, 2]), shape: [], shift: 0.5 },
    })
    const { a, b, c, d } = dataset.all()
    expect([a.data, b.data, c.data, d.data]).toEqual([
      new Int32Array([1, -2]),
      new Float64Array([3, 5]),
      new Int32Array([7, 200]),
      new Float32Array([1.5, 2.5]),
    ])
  })

  it('selects without copying, and selections of selections', () => {
    const dataset = numbered(6)
    expect(contents(dataset.take(2))).toEqual([0, 1])
    expect(contents(dataset.skip(4))).toEqual([4, 5])
    expect(contents(dataset.skip(1).take(3).subset([2, 0, 2]))).toEqual([3, 1, 3])
    expect(contents(dataset.take(99))).toHaveLength(6)
    expect(dataset.skip(99)).toHaveLength(0)
  })

  it('shuffles by the seed', () => {
    const dataset = numbered(30)
    expect(contents(dataset.shuffle(1))).toEqual(contents(dataset.shuffle(1)))
    expect(contents(dataset.shuffle(1))).not.toEqual(contents(dataset.shuffle(2)))
    expect(contents(dataset.shuffle(1)).sort((a, b) => a - b)).toEqual(contents(dataset))
  })

  it('splits into parts that make up the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.option(fc.nat(), { nil: undefined }), (count, seed) => {
        const [first, second] = numbered(count).split(0.5, seed)
        const all = [...contents(first), ...contents(second)]
        expect(first).toHaveLength(Math.round(count / 2))
        expect(seed === undefined ? all : all.sort((a, b) => a - b)).toEqual(contents(numbered(count)))
      }),
    )
    expect(() => numbered(3).split(1)).toThrow(/leaves samples in both parts of 3; received 1/)
  })

  it('maps samples when they are asked for', async () => {
    const doubled = numbered(3).map(({ targets }, index) => ({ twice: 2 * (targets.data[0] ?? 0), index }))
    expect(await doubled.get(2)).toEqual({ twice: 4, index: 2 })
    expect(await doubled.skip(1).get(0)).toEqual({ twice: 2, index: 1 })
    expect(doubled.skip(1)).toHaveLength(2)
  })

  it('reshapes a column', () => {
    const reshaped = numbered(2).skip(1).reshape('inputs', [2, 1])
    expect(reshaped.all().inputs).toEqual({ data: new Float32Array([2, 3]), shape: [1, 2, 1] })
    expect(() => numbered(2).reshape('inputs', [3])).toThrow(
      /a shape of 2 elements, as many as \[2\] has; received \[3\]/,
    )
  })

  it('is made of nested lists, typed arrays and arrays with shapes', () => {
    const dataset = ArrayDataset.fromArrays({
      inputs: [[[1, 2]], [[3, 4]]],
      targets: new Uint8Array([0, 1]),
      weights: { data: new Float64Array([1, 2, 3, 4]), shape: [2, 2] },
    })
    expect(dataset.get(1)).toEqual({
      inputs: { data: new Float32Array([3, 4]), shape: [1, 2] },
      targets: { data: new Uint8Array([1]), shape: [] },
      weights: { data: new Float64Array([3, 4]), shape: [2] },
    })
  })

  it('describes itself', () => {
    const dataset = new ArrayDataset({
      inputs: { data: new Uint8Array(1200 * 784), shape: [28, 28, 1], scale: 1 / 255 },
      targets: { data: new Int32Array(1200), shape: [] },
    })
    expect(dataset.describe()).toMatchInlineSnapshot(`
      "1,200 samples
      column   dtype            shape per sample  memory
      inputs   uint8 → float32  [28, 28, 1]       940.8 kB
      targets  int32            scalar            4.8 kB"
    `)
  })

  it('explains what does not fit', () => {
    const two = { data: new Uint8Array(2), shape: [] }
    const messages = [
      () => new ArrayDataset({ inputs: two, targets: { data: new Uint8Array(3), shape: [] } }),
      () => new ArrayDataset({ inputs: { data: new Uint8Array(3), shape: [2] } }),
      () => new ArrayDataset({ inputs: { data: new Uint8Array(3), shape: [-1] } }),
      () => new ArrayDataset({}),
      () => numbered(2).get(2),
      () => numbered(2).batch([0, -1]),
      () => numbered(2).take(-1),
      () => ArrayDataset.fromArrays({ inputs: [[1, 2], [3]] }),
      () => ArrayDataset.fromArrays({ inputs: [[1, 2], 3] }),
      () => ArrayDataset.fromArrays({ inputs: [[1], [Number.NaN, 2]] }),
      () => ArrayDataset.fromArrays({ inputs: { data: new Uint8Array(3), shape: [2, 2] } }),
      () => ArrayDataset.fromArrays({ inputs: { data: new Uint8Array(1), shape: [] } }),
    ].map((make) => {
      try {
        return String(make())
      } catch (thrown) {
        return String(thrown)
      }
    })
    expect(messages).toMatchInlineSnapshot(`
      [
        "ShapeError: ArrayDataset: expected at least one column, and as many samples in each; received 2 in "inputs", 3 in "targets". Fix: give every column one entry per sample.",
        "ShapeError: column "inputs": expected a multiple of 2 elements, since a sample has shape [2]; received 3 elements. Fix: correct the shape per sample, or complete the data.",
        "ShapeError: column "inputs": expected a shape per sample of whole numbers, 1 or more; received [-1]. Fix: leave the sample axis out of the shape, e.g. [28, 28], or [] for labels.",
        "ShapeError: ArrayDataset: expected at least one column, and as many samples in each; received no column. Fix: give every column one entry per sample.",
        "IndexError: get: expected an index from 0 to 1; received 2. Fix: look at the data set's length (2) first.",
        "IndexError: batch: expected an index from 0 to 1; received -1. Fix: look at the data set's length (2) first.",
        "ValueError: take: expected a whole number of samples, 0 or more; received -1. Fix: pass e.g. take(100).",
        "ShapeError: fromArrays: expected a list of 2 at [1], as shape [2, 2] has it; received a list of 1. Fix: make all lists of a level equally long.",
        "ShapeError: fromArrays: expected a list of 2 at [1], as shape [2, 2] has it; received 3. Fix: make all lists of a level equally long.",
        "ShapeError: fromArrays: expected a list of 1 at [1], as shape [2, 1] has it; received a list of 2. Fix: make all lists of a level equally long.",
        "ShapeError: fromArrays: expected 4 elements for shape [2, 2]; received 3 elements. Fix: give the shape that the data really has.",
        "ShapeError: column "inputs": expected an array whose axis 0 counts the samples; received a scalar. Fix: wrap it in a list.",
      ]
    `)
  })
})
