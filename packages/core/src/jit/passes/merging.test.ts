/**
 * Dead code, equal calls and constants, on graphs made by hand.
 */
import { constant, expressions as e, input, scalar } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { Draft, draftBackend, textOf } from '../testing/draft.js'
import { mergeEqualCalls } from './common-subexpressions.js'
import { foldConstants } from './constants.js'
import { dropDeadCode } from './dead-code.js'

const [x, y] = [input(0, 'float32'), input(1, 'float32')]
const half = (view: ReturnType<Draft['temporary']>, from: number) => ({ ...view, shape: [2], offset: from })

describe('dead code', () => {
  it('goes, what results and variables need stays', () => {
    const draft = new Draft()
    const [a, v, r] = [draft.argument(4), draft.variable(4), draft.result(4)]
    const needed = draft.map(draft.temporary(4), [a], e.exp(x))
    const next = draft.map(draft.temporary(4), [v, needed], e.add(x, y))
    const unused = draft.map(draft.temporary(4), [a], e.log(x))
    draft.map(draft.temporary(4), [unused], e.negate(x))
    draft.map(r, [needed], e.tanh(x))
    draft.assign(v, next)
    dropDeadCode(draft.graph)
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`
      "map t3 = exp(a0)
      map t4 = add(v1, t3)
      map r2 = tanh(t3)
      v1 ends with t4"
    `)
  })

  it('keeps all writes to a slot that is needed', () => {
    const draft = new Draft()
    const [a, t, r] = [draft.argument(2), draft.temporary(4), draft.result(4)]
    draft.map(t, [], constant(0, 'float32'))
    draft.map(half(t, 1), [a], x)
    draft.map(r, [t], e.exp(x))
    dropDeadCode(draft.graph)
    expect(draft.graph.nodes).toHaveLength(3)
  })
})

describe('equal calls', () => {
  it('are computed once, also those on merged operands', () => {
    const draft = new Draft()
    const a = draft.argument(4)
    const pairs = [0, 1].map(() => {
      const first = draft.map(draft.temporary(4), [a], e.exp(x), {
        label: `label ${draft.graph.nodes.length}`,
      })
      return draft.map(draft.temporary(4), [first], e.negate(x))
    })
    draft.map(draft.result(4), pairs, e.multiply(x, y))
    mergeEqualCalls(draft.graph)
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`
      "map t1 = exp(a0)
      map t2 = negate(t1)
      map r5 = multiply(t2, t2)"
    `)
  })

  it('are apart where anything differs: scalars, zeros of two signs, layouts, rehearsals', () => {
    const draft = new Draft()
    const a = draft.argument(2, 2)
    const scaled = e.multiply(x, scalar(0, 'float32'))
    const made = [[0], [-0], [Number.NaN], [{ slot: 0 }], [{ slot: 1 }]].map((scalars) =>
      draft.map(draft.temporary(2, 2), [a], scaled, { scalars }),
    )
    made.push(draft.map(draft.temporary(2, 2), [{ ...a, strides: [1, 2] }], scaled, { scalars: [0] }))
    made.push(draft.map(draft.temporary(2, 2), [a], scaled, { scalars: [0], segment: 1 }))
    const before = draft.graph.nodes.length
    mergeEqualCalls(draft.graph)
    expect(draft.graph.nodes).toHaveLength(before)
    const again = draft.map(draft.temporary(2, 2), [a], scaled, { scalars: [Number.NaN] })
    draft.map(draft.result(2, 2), [again], x)
    mergeEqualCalls(draft.graph)
    expect(draft.graph.nodes).toHaveLength(before + 1)
    expect(made.length).toBe(before)
  })

  it('stay where the operand is written later, or the target more than once', () => {
    const draft = new Draft()
    const [a, t] = [draft.argument(2), draft.temporary(4)]
    draft.map(t, [], constant(0, 'float32'))
    draft.map(draft.result(4), [draft.map(draft.temporary(4), [t], e.exp(x))], x)
    draft.map(half(t, 1), [a], x)
    draft.map(draft.result(4), [draft.map(draft.temporary(4), [t], e.exp(x))], x)
    const text = textOf(draft.graph)
    mergeEqualCalls(draft.graph)
    expect(textOf(draft.graph)).toBe(text)
  })

  it('into a result stay; variables that end with equal values share one', () => {
    const draft = new Draft()
    const [a, v, w] = [draft.argument(4), draft.variable(4), draft.variable(4)]
    for (const each of [v, w]) draft.assign(each, draft.map(draft.temporary(4), [a], e.exp(x)))
    for (let i = 0; i < 2; i++) draft.map(draft.result(4), [a], e.exp(x))
    mergeEqualCalls(draft.graph)
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`
      "map t3 = exp(a0)
      map r5 = exp(a0)
      map r6 = exp(a0)
      v1 ends with t3
      v2 ends with t3"
    `)
  })
})

describe('constants', () => {
  const backend = draftBackend

  it('are computed now: what depends on nothing else, as far as others read it', () => {
    const draft = new Draft()
    const [a, c] = [draft.argument(3), draft.constant([1, 2, 3])]
    const doubled = draft.map(draft.temporary(3), [c], e.add(x, x))
    const squared = draft.map(draft.temporary(3), [doubled], e.multiply(x, x))
    draft.map(draft.result(3), [squared, a], e.add(x, y))
    const before = backend.memory().buffers
    const made = foldConstants(draft.graph, backend)
    expect(textOf(draft.graph)).toMatchInlineSnapshot(`"map r4 = add(c3, a0)"`)
    expect(made.map((buffer) => Array.from(backend.readSync?.(buffer) ?? []))).toEqual([[4, 16, 36]])
    expect(backend.memory().buffers).toBe(before + 1)
  })

  it('are not what hangs on an argument, a variable or a number of the host, nor results', () => {
    const draft = new Draft()
    const [a, v, c] = [draft.argument(2), draft.variable(2), draft.constant([1, 2])]
    const scaled = e.multiply(x, scalar(0, 'float32'))
    for (const [inputs, expression, scalars] of [
      [[a], e.exp(x), []],
      [[v], e.exp(x), []],
      [[c], scaled, [{ slot: 0 }]],
    ] as const) {
      draft.map(draft.result(2), [draft.map(draft.temporary(2), inputs, expression, { scalars })], x)
    }
    draft.map(draft.result(2), [c], e.exp(x))
    const w = draft.variable(2)
    draft.assign(w, draft.map(draft.temporary(2), [c], e.exp(x)))
    const text = textOf(draft.graph)
    expect(foldConstants(draft.graph, backend)).toEqual([])
    expect(textOf(draft.graph)).toBe(text)
  })

  it('are not values that something else writes a part of', () => {
    const draft = new Draft()
    const [a, t] = [draft.argument(2), draft.temporary(4)]
    draft.map(t, [], constant(1, 'float32'))
    draft.map(half(t, 1), [a], x)
    draft.map(draft.result(4), [t], e.exp(x))
    const text = textOf(draft.graph)
    foldConstants(draft.graph, backend)
    expect(textOf(draft.graph)).toBe(text)
  })
})
