/**
 * Packing of updates, the order of calls and write-back, on graphs made by hand.
 */
import { expressions as e, index, input, scalar, type View } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import type { GraphNode, SlotView } from '../graph.js'
import { Draft, textOf, transposed } from '../testing/draft.js'
import { dependenciesOf, sortNodes } from './order.js'
import { packUpdates } from './pack.js'
import { writeBack } from './write-back.js'

const [x, y] = [input(0, 'float32'), input(1, 'float32')]
const rate = scalar(0, 'float32')
const descend = e.subtract(x, e.multiply(y, rate))

/** One update: the variable less a number times what was computed for it. */
function update(draft: Draft, variable: SlotView, gradient: View<number>, number = 0): SlotView {
  const next = draft.map(draft.temporary(...variable.shape), [variable, gradient], descend, {
    scalars: [{ slot: number }],
  })
  draft.assign(variable, next)
  return next
}

/** Sums of rows: something that isn't elementwise. */
const gradient = (draft: Draft, length: number): SlotView =>
  draft.sum(draft.temporary(length, 1), draft.argument(length, 2))

const flat = (view: SlotView): SlotView => ({ ...view, shape: [view.shape[0] ?? 1], strides: [1] })

function textAfter(draft: Draft, ...passes: ((graph: Draft['graph']) => void)[]): string | undefined {
  const before = textOf(draft.graph)
  for (const pass of passes) pass(draft.graph)
  const text = textOf(draft.graph)
  return text === before ? undefined : text
}

describe('packing', () => {
  it('makes one kernel of updates that are alike; those of even length first', () => {
    const draft = new Draft()
    const variables = [3, 16, 1].map((length) => draft.variable(length))
    const gradients = variables.map(({ shape }) => gradient(draft, shape[0] ?? 1))
    for (const [i, variable] of variables.entries()) update(draft, variable, flat(gradients[i] as SlotView))
    expect(textAfter(draft, packUpdates, writeBack)).toMatchInlineSnapshot(`
      "reduce t13[3×1 by 1,1 from 16] = sum(a4)
      reduce t13[16×1 by 1,1] = sum(a6)
      reduce t13[1×1 by 1,1 from 19] = sum(a8)
      map v12 = subtract(v12, multiply(t13, host0))
      v12 ends with t14"
    `)
    expect(
      draft.graph.slots.some(({ role }) => role.kind === 'variables' && role.variables.length === 3),
    ).toBe(true)
    expect(draft.graph.slots.at(-2)?.length).toBe(20)
  })

  it('also of those whose gradients are computed one after the other', () => {
    const draft = new Draft()
    const [v, w] = [draft.variable(4), draft.variable(4)]
    update(draft, v, flat(gradient(draft, 4)))
    const sum = draft.sum(draft.result(1), draft.argument(4))
    update(draft, w, flat(gradient(draft, 4)))
    draft.map(draft.result(1), [sum], e.exp(x))
    expect(textAfter(draft, packUpdates)).toMatchInlineSnapshot(`
      "reduce t12[4×1 by 1,1] = sum(a3)
      reduce r5 = sum(a6)
      reduce t12[4×1 by 1,1 from 4] = sum(a8)
      map r10 = exp(r5)
      map t13 = subtract(v11, multiply(t12, host0))
      v11 ends with t13"
    `)
  })

  it('not where one needs the other: through the value, or by way of another call', () => {
    const draft = new Draft()
    const [v, w] = [draft.variable(4), draft.variable(4)]
    const next = update(draft, v, flat(gradient(draft, 4)))
    const total = draft.product(
      draft.temporary(4, 1),
      { ...draft.argument(4, 4) },
      { ...next, shape: [4, 1], strides: [1, 1] },
    )
    update(draft, w, flat(total))
    expect(textAfter(draft, packUpdates)).toBeUndefined()
  })

  it('not of different numbers, coordinates, transposed operands, arguments, or one variable for two', () => {
    const draft = new Draft()
    const pairs = (make: (variable: SlotView, i: number) => void): void => {
      for (let i = 0; i < 2; i++) make(draft.variable(4), i)
    }
    pairs((variable, i) => update(draft, variable, flat(gradient(draft, 4)), 10 + i))
    pairs((variable) => {
      const place = e.add(x, e.cast(index(0), 'float32'))
      draft.assign(variable, draft.map(draft.temporary(4), [variable], place))
    })
    pairs((variable) => update(draft, variable, draft.argument(4), 20))
    const shared = gradient(draft, 4)
    pairs((variable) => update(draft, variable, flat(shared), 30))
    for (let i = 0; i < 2; i++) {
      const [matrix, product] = [draft.variable(2, 2), draft.temporary(2, 2)]
      draft.product(product, draft.argument(2, 2), draft.argument(2, 2))
      update(draft, matrix, transposed(product), 40)
    }
    expect(textAfter(draft, packUpdates)).toBeUndefined()
  })

  it('not where variables of one column end with values of two', () => {
    const draft = new Draft()
    const [a, b, c, d] = [0, 1, 2, 3].map(() => draft.variable(2)) as [SlotView, SlotView, SlotView, SlotView]
    const both = (first: SlotView, second: SlotView): [SlotView, SlotView] => {
      const [sum, product] = [draft.temporary(2), draft.temporary(2)]
      draft.map(sum, [first, second], [e.add(x, y), e.multiply(x, y)], {}, [product])
      return [sum, product]
    }
    const [sum, product] = both(a, b)
    const [otherSum, otherProduct] = both(c, d)
    draft.assign(a, sum)
    draft.assign(b, product)
    draft.assign(c, otherProduct)
    draft.assign(d, otherSum)
    expect(textAfter(draft, packUpdates)).toBeUndefined()
  })
})

describe('order', () => {
  it('what is written after it was read depends on the reader', () => {
    const draft = new Draft()
    const [a, t] = [draft.argument(2), draft.temporary(2)]
    draft.map(t, [a], e.exp(x))
    draft.map(draft.result(2), [t], x)
    draft.map(t, [a], e.negate(x))
    draft.map(draft.result(2), [t], x)
    expect(dependenciesOf(draft.graph.nodes).map((each) => [...each].sort())).toEqual([
      [],
      [0],
      [0, 1],
      [0, 2],
    ])
  })

  it('calls that only finish variables come last, others stay as they are', () => {
    const draft = new Draft()
    const [a, v] = [draft.argument(2), draft.variable(2)]
    draft.assign(v, draft.map(draft.temporary(2), [v, a], e.add(x, y)))
    draft.map(draft.result(2), [draft.map(draft.temporary(2), [v], e.exp(x))], e.negate(x))
    const { nodes } = draft.graph
    sortNodes(
      draft.graph,
      nodes,
      dependenciesOf(nodes),
      nodes.map((_, i) => i),
      (i) => nodes[i] as GraphNode,
    )
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`
      "map t4 = exp(v1)
      map r3 = negate(t4)
      map t2 = add(v1, a0)
      v1 ends with t2"
    `)
  })
})

describe('write-back', () => {
  it('is the computation itself where nobody reads the old value afterwards', () => {
    const draft = new Draft()
    const [a, v] = [draft.argument(4), draft.variable(4)]
    draft.map(draft.result(4), [v], e.exp(x))
    const next = draft.map(draft.temporary(4), [v, a], e.add(x, y))
    draft.assign(v, next)
    draft.map(draft.result(4), [next], e.negate(x))
    expect(textAfter(draft, writeBack)).toMatchInlineSnapshot(`
      "map r2 = exp(v1)
      map v1 = add(v1, a0)
      map r4 = negate(v1)
      v1 ends with t3"
    `)
  })

  it('is a copy in the end where the old value is read later, or in another order', () => {
    const draft = new Draft()
    const [v, w, m] = [draft.variable(4), draft.variable(2, 2), draft.variable(2, 2)]
    draft.assign(v, draft.map(draft.temporary(4), [v], e.exp(x)))
    draft.map(draft.result(4), [v], x)
    draft.assign(w, draft.map(draft.temporary(2, 2), [transposed(w)], e.exp(x)))
    draft.assign(m, draft.product(draft.temporary(2, 2), m, m))
    expect(textAfter(draft, writeBack)).toMatchInlineSnapshot(`
      "map t3 = exp(v0)
      map r4 = v0
      map t5 = exp(v1[2×2 by 1,2])
      contract t6 = v2 · v2
      map v0 = t3
      map v1 = t5
      map v2 = t6
      v0 ends with t3
      v1 ends with t5
      v2 ends with t6"
    `)
  })

  it('is one copy each for a value of two variables, and for one that is a result', () => {
    const draft = new Draft()
    const [a, v, w, u] = [draft.argument(2), draft.variable(2), draft.variable(2), draft.variable(2)]
    const shared = draft.map(draft.temporary(2), [a], e.exp(x))
    draft.assign(v, shared)
    draft.assign(w, shared)
    draft.assign(u, draft.map(draft.result(2), [a], e.negate(x)))
    expect(textAfter(draft, writeBack)).toMatchInlineSnapshot(`
      "map t4 = exp(a0)
      map r5 = negate(a0)
      map v1 = t4
      map v2 = t4
      map v3 = r5
      v1 ends with t4
      v2 ends with t4
      v3 ends with t5"
    `)
  })

  it('swaps two variables with one copy more than they are', () => {
    const draft = new Draft()
    const [v, w] = [draft.variable(2), draft.variable(2)]
    const [first, second] = [w, v].map((from) => draft.map(draft.temporary(2), [from], x)) as [
      SlotView,
      SlotView,
    ]
    draft.assign(v, first)
    draft.assign(w, second)
    expect(textAfter(draft, writeBack)).toMatchInlineSnapshot(`
      "map t2 = v1
      map v1 = v0
      map v0 = t2
      v0 ends with t2
      v1 ends with t3"
    `)
  })

  it('of a reduction goes through its post expression only', () => {
    const draft = new Draft()
    const [a, v, w] = [draft.argument(2, 3), draft.variable(2, 1), draft.variable(2, 1)]
    for (const [variable, post] of [
      [v, e.add(x, y)],
      [w, undefined],
    ] as const) {
      const output = draft.temporary(2, 1)
      draft.call({
        kind: 'reduce',
        label: 'sum',
        operation: 'sum',
        shape: [2, 3],
        axes: [1],
        expression: post === undefined ? e.add(x, y) : x,
        inputs: post === undefined ? [a, { ...w, shape: [2, 3], strides: [1, 0] }] : [a],
        scalars: [],
        ...(post !== undefined && { post, postInputs: [variable] }),
        output,
      })
      draft.assign(variable, output)
    }
    expect(textAfter(draft, writeBack)).toMatchInlineSnapshot(`
      "reduce v1 = sum(a0), then add(it, v1)
      reduce t4 = sum(add(a0, v2[2×3 by 1,0]))
      map v2 = t4
      v1 ends with t3
      v2 ends with t4"
    `)
  })
})
