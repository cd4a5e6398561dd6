/**
 * Inlining, epilogues and siblings, on graphs made by hand.
 */
import { constant, type Expr, expressions as e, index, input, type View } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import type { SlotView } from '../graph.js'
import { Draft, textOf, transposed } from '../testing/draft.js'
import { fuseEpilogues } from './epilogue.js'
import { inlineMaps, type Limits } from './inline.js'
import { mergeSiblings } from './siblings.js'
import { splitOutputs } from './split.js'

const [x, y] = [input(0, 'float32'), input(1, 'float32')]
const LIMITS: Limits = { maximumViews: Number.POSITIVE_INFINITY, memoryCost: 3 }
const broadcast = (view: SlotView, shape: readonly number[]): View<number> => ({
  ...view,
  shape,
  strides: shape.map(() => 0),
})

/** The text after a pass; `undefined` where nothing changed. */
function after(
  draft: Draft,
  pass: (graph: Draft['graph'], limits: Limits) => unknown,
  limits = LIMITS,
): string | undefined {
  const before = textOf(draft.graph)
  pass(draft.graph, limits)
  const text = textOf(draft.graph)
  return text === before ? undefined : text
}

describe('inlining', () => {
  it('computes a chain in one kernel', () => {
    const draft = new Draft()
    const a = draft.argument(4)
    const first = draft.map(draft.temporary(4), [a], e.exp(x))
    const second = draft.map(draft.temporary(4), [first, a], e.add(x, y))
    draft.map(draft.result(4), [second], e.negate(x))
    expect(after(draft, inlineMaps)).toMatchInlineSnapshot(`"map r3 = negate(add(exp(a0), a0))"`)
  })

  it('into a reduction, and into every reader of something cheap', () => {
    const draft = new Draft()
    const a = draft.argument(2, 3)
    const shifted = draft.map(draft.temporary(2, 3), [transposed(draft.argument(3, 2)), a], e.subtract(x, y))
    draft.sum(draft.result(2, 1), shifted)
    draft.map(draft.result(2, 3), [shifted], e.multiply(x, x))
    draft.map(draft.result(3, 2), [transposed(shifted)], e.negate(x))
    expect(after(draft, inlineMaps)).toMatchInlineSnapshot(`
      "reduce r3 = sum(subtract(a2[2×3 by 1,2], a0))
      map r4 = $1 = subtract(a2[2×3 by 1,2], a0); multiply($1, $1)
      map r5 = negate(subtract(a2, a0[3×2 by 1,3]))"
    `)
  })

  it('moves coordinates along with views', () => {
    const draft = new Draft()
    const position = e.cast(e.add(e.multiply(index(0), 10), index(1)), 'float32')
    const grid = draft.map(draft.temporary(3, 4), [], position)
    draft.map(draft.result(2, 2), [{ ...grid, shape: [2, 2], strides: [-2, 4], offset: 7 }], e.negate(x))
    expect(after(draft, inlineMaps)).toMatchInlineSnapshot(
      `"map r1 = negate(float32(add(multiply(add(1, index1), 10), add(3, multiply(index0, -2)))))"`,
    )
  })

  it('leaves out copies for every kind of reader', () => {
    const draft = new Draft()
    const a = draft.argument(3, 2)
    const copied = draft.map(draft.temporary(2, 3), [transposed(a)], x)
    draft.product(draft.result(2, 2), copied, a)
    expect(after(draft, inlineMaps)).toMatchInlineSnapshot(`"contract r2 = a0[2×3 by 1,2] · a0"`)
  })

  it('not what a product, a scan or a result needs in memory', () => {
    const draft = new Draft()
    const a = draft.argument(2, 2)
    const squared = draft.map(draft.temporary(2, 2), [a], e.multiply(x, x))
    draft.product(draft.result(2, 2), squared, a)
    draft.map(draft.result(2, 2), [draft.map(draft.result(2, 2), [a], e.exp(x))], e.negate(x))
    expect(after(draft, inlineMaps)).toBeUndefined()
  })

  it('not what a variable ends with, nor what reads a slot that is written later', () => {
    const draft = new Draft()
    const [a, v, t] = [draft.argument(2), draft.variable(2), draft.temporary(2)]
    const next = draft.map(draft.temporary(2), [v], e.exp(x))
    draft.assign(v, next)
    draft.map(draft.result(2), [next], e.negate(x))
    draft.map(t, [], constant(0, 'float32'))
    const before = draft.map(draft.temporary(2), [t], e.exp(x))
    draft.map({ ...t, shape: [1] }, [{ ...a, shape: [1] }], x)
    draft.map(draft.result(2), [before, t], e.add(x, y))
    expect(after(draft, inlineMaps)).toBeUndefined()
  })

  it('not what is costly and read many times over', () => {
    const readers = (expression: Expr): number => {
      const draft = new Draft()
      const row = draft.map(draft.temporary(1, 64), [draft.argument(1, 64)], expression)
      for (let i = 0; i < 2; i++) draft.map(draft.result(512, 64), [broadcast(row, [512, 64])], e.negate(x))
      inlineMaps(draft.graph, LIMITS)
      return draft.graph.nodes.length
    }
    expect(readers(e.power(e.tanh(e.exp(x)), e.sin(x)))).toBe(3)
    const single = new Draft()
    const once = single.map(single.temporary(64), [single.argument(64)], e.power(e.tanh(e.exp(x)), e.sin(x)))
    single.map(single.result(64), [once], e.negate(x))
    inlineMaps(single.graph, LIMITS)
    expect(single.graph.nodes).toHaveLength(1)
  })

  it('not into many readers where memory costs no more than arithmetic', () => {
    const nodesWith = (memoryCost: number): number => {
      const draft = new Draft()
      const [a, b] = [draft.argument(512, 256), draft.argument(512, 256)]
      const shifted = draft.map(draft.temporary(512, 256), [a, b], e.subtract(x, y))
      for (let i = 0; i < 2; i++) draft.map(draft.result(512, 256), [shifted], e.negate(x))
      inlineMaps(draft.graph, { ...LIMITS, memoryCost })
      return draft.graph.nodes.length
    }
    expect([nodesWith(3), nodesWith(0.5)]).toEqual([2, 3])
  })

  it('only as far as a kernel may have views', () => {
    const draft = new Draft()
    const sums = [0, 1].map(() =>
      draft.map(draft.temporary(2), [draft.argument(2), draft.argument(2)], e.add(x, y)),
    )
    draft.map(draft.result(2), sums, e.multiply(x, y))
    expect(after(draft, inlineMaps, { ...LIMITS, maximumViews: 4 })).toMatchInlineSnapshot(`
      "map t3 = add(a4, a5)
      map r6 = multiply(add(a1, a2), t3)"
    `)
  })
})

describe('epilogues', () => {
  it('take an elementwise call into a product, with its other operands', () => {
    const draft = new Draft()
    const [a, b, bias] = [draft.argument(2, 3), draft.argument(3, 4), draft.argument(4)]
    const product = draft.product(draft.temporary(2, 4), a, b)
    const added = { ...bias, shape: [2, 4], strides: [0, 1] }
    draft.map(draft.result(2, 4), [product, added], e.tanh(e.add(x, y)))
    expect(after(draft, fuseEpilogues)).toMatchInlineSnapshot(
      `"contract r4 = a0 · a1, then tanh(add(it, a2[2×4 by 0,1]))"`,
    )
  })

  it('take calls one after the other, as long as the coordinates they use can be told', () => {
    const draft = new Draft()
    const sum = draft.sum(draft.temporary(4, 1), draft.argument(4, 5))
    const mean = draft.map(draft.temporary(4), [{ ...sum, shape: [4], strides: [1] }], e.multiply(x, 0.2))
    const place = e.add(x, e.cast(index(0), 'float32'))
    draft.map(draft.result(2, 2), [{ ...mean, shape: [2, 2], strides: [2, 1] }], place)
    expect(after(draft, fuseEpilogues)).toMatchInlineSnapshot(`
      "reduce t2 = sum(a1), then multiply(it, 0.2)
      map r3 = add(t2, float32(index0))"
    `)
  })

  it('not where the sum is also read elsewhere, is a result, or what a variable ends with', () => {
    const draft = new Draft()
    const a = draft.argument(3, 2)
    const shared = draft.sum(draft.temporary(3, 1), a)
    for (let i = 0; i < 2; i++) draft.map(draft.result(3, 1), [shared], e.exp(x))
    draft.map(draft.result(3, 1), [draft.sum(draft.result(3, 1), a)], e.exp(x))
    const kept = draft.sum(draft.temporary(3, 1), a)
    draft.assign(draft.variable(3, 1), kept)
    draft.map(draft.result(3, 1), [kept], e.exp(x))
    expect(after(draft, fuseEpilogues)).toBeUndefined()
  })

  it('not where the reader repeats or picks elements of the sum', () => {
    const draft = new Draft()
    const sum = draft.sum(draft.temporary(3, 1), draft.argument(3, 2))
    draft.map(draft.result(3, 4), [{ ...sum, shape: [3, 4], strides: [1, 0] }], e.exp(x))
    const other = draft.sum(draft.temporary(4, 1), draft.argument(4, 2))
    draft.map(draft.result(4), [{ ...other, shape: [4], strides: [-1], offset: 3 }], e.exp(x))
    expect(after(draft, fuseEpilogues)).toBeUndefined()
  })
})

describe('siblings', () => {
  it('that read the same become one kernel', () => {
    const draft = new Draft()
    const [a, b] = [draft.argument(4), draft.argument(4)]
    draft.map(draft.result(4), [a], e.exp(x))
    draft.map(draft.result(4), [b, a], e.subtract(x, y))
    draft.map(draft.result(4), [draft.argument(4)], e.exp(x))
    expect(after(draft, mergeSiblings)).toMatchInlineSnapshot(`
      "map r2, r3 = exp(a0); subtract(a1, a0)
      map r4 = exp(a5)"
    `)
  })

  it('not where one needs the other, even by way of a third, in a rehearsal, or of another shape', () => {
    const draft = new Draft()
    const a = draft.argument(2, 2)
    const first = draft.map(draft.temporary(2, 2), [a], e.exp(x))
    const sum = draft.sum(draft.temporary(2, 1), first)
    draft.map(draft.result(2, 2), [a, { ...sum, shape: [2, 2], strides: [1, 0] }], e.add(x, y))
    draft.map(draft.result(2, 2), [a], e.exp(x), { segment: 1 })
    draft.map(draft.result(4), [{ ...a, shape: [4], strides: [1] }], e.exp(x))
    expect(after(draft, mergeSiblings)).toBeUndefined()
  })

  it('not where together they would need one another: two pairs that cross', () => {
    const draft = new Draft()
    const [a, b] = [draft.argument(2, 2), draft.argument(2, 2)]
    const firstOfA = draft.map(draft.temporary(2, 2), [a], e.exp(x))
    const firstOfB = draft.map(draft.temporary(2, 2), [b], e.exp(x))
    const [sumA, sumB] = [firstOfA, firstOfB].map((each) => draft.sum(draft.temporary(2, 1), each))
    const wide = (view: SlotView | undefined) => ({ ...(view as SlotView), shape: [2, 2], strides: [1, 0] })
    draft.map(draft.result(2, 2), [a, wide(sumB)], e.add(x, y))
    draft.map(draft.result(2, 2), [b, wide(sumA)], e.add(x, y))
    expect(after(draft, mergeSiblings)).toMatchInlineSnapshot(`
      "map t3 = exp(a1)
      reduce t5 = sum(t3)
      map t2, r6 = exp(a0); add(a0, t5[2×2 by 1,0])
      reduce t4 = sum(t2)
      map r7 = add(a1, t4[2×2 by 1,0])"
    `)
  })

  it('were taken apart before: each output with its own operands', () => {
    const draft = new Draft()
    const [a, b] = [draft.argument(4), draft.argument(4)]
    draft.map(draft.result(4), [a, b], [e.exp(x), e.negate(y)], {}, [draft.temporary(4)])
    splitOutputs(draft.graph)
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`
      "map r2 = exp(a0)
      map t3 = negate(a1)"
    `)
  })
})
