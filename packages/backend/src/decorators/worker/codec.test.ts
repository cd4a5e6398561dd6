/**
 * Calls and programs as words: what comes out is what went in, for every kind of call with every optional part.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expressions as e } from '../../expr/expressions.js'
import { constant, type Expr, index, input, scalar } from '../../expr/node.js'
import type { KernelCall, KernelKind } from '../../kernel.js'
import type { Program, ProgramScalar } from '../../program.js'
import type { View } from '../../view.js'
import { decodeCall } from './decode-call.js'
import { encodeCall } from './encode-call.js'
import { NamesReceived, NamesSent } from './names.js'
import { decodeProgram, encodeProgram } from './program-words.js'
import { WordReader, WordWriter } from './words.js'

type Recorded = KernelCall<number, number>
/** Every optional part is there, so a new one has to be added here, and is missed below if it isn't encoded. */
type Complete = { readonly [K in KernelKind]: Required<Extract<Recorded, { readonly kind: K }>> }

const view = (buffer: number, ...shape: number[]): View<number> => ({
  buffer,
  dtype: 'float32',
  shape,
  strides: shape.map((_, axis) => axis - 1),
  offset: 7 * buffer,
})

const x = input(0, 'float32')
const expression: Expr = e.select(
  e.less(x, -0),
  e.multiply(e.exp(x), scalar(0, 'float32')),
  e.add(e.cast(index(1), 'float32'), constant(Number.NEGATIVE_INFINITY, 'float32')),
)

const CALLS: Complete = {
  map: {
    kind: 'map',
    label: 'map',
    shape: [2, 3],
    expressions: [expression, e.negate(x)],
    inputs: [view(1, 2, 3), view(2, 2, 3)],
    scalars: [0.5, Number.NaN, -0],
    outputs: [view(3, 2, 3), view(4, 2, 3)],
    when: { ...view(5), dtype: 'bool' },
  },
  reduce: {
    kind: 'reduce',
    label: 'reduce "of that"',
    operation: 'argMin',
    shape: [2, 3],
    axes: [0, 1],
    expression,
    inputs: [view(1, 2, 3)],
    scalars: [1e-300],
    post: e.sqrt(x),
    postInputs: [view(2, 1, 1)],
    output: view(3, 1, 1),
  },
  contract: {
    kind: 'contract',
    label: 'dense',
    batch: 1,
    rows: 2,
    columns: 3,
    contracted: 4,
    left: view(1, 2, 3),
    right: view(2, 3, 4),
    scalars: [3],
    post: expression,
    postInputs: [],
    output: view(3, 2, 4),
  },
  pool: {
    kind: 'pool',
    label: 'pool',
    mode: 'spread',
    geometry: {
      window: [2, 3],
      strides: [1, 2],
      dilation: [3, 1],
      padding: [
        [0, 1],
        [2, 3],
      ],
    },
    by: view(1, 1, 4, 4, 2),
    source: view(2, 1, 2, 2, 2),
    output: view(3, 1, 4, 4, 2),
  },
  scan: {
    kind: 'scan',
    label: 'cumulative',
    operation: 'maximum',
    axis: 1,
    reverse: true,
    exclusive: false,
    input: view(1, 2, 3),
    output: view(2, 2, 3),
  },
  gather: {
    kind: 'gather',
    label: 'take',
    axis: 1,
    input: view(1, 2, 3),
    indices: { ...view(2, 2, 5), dtype: 'int32' },
    output: view(3, 2, 5),
  },
  scatter: {
    kind: 'scatter',
    label: 'put',
    operation: 'set',
    axis: 0,
    indices: { ...view(1, 2), dtype: 'int32' },
    updates: view(2, 2),
    output: view(3, 5),
  },
  sort: {
    kind: 'sort',
    label: 'sort',
    axis: 0,
    descending: true,
    input: view(1, 4),
    values: view(2, 4),
    indices: { ...view(3, 4), dtype: 'int32' },
  },
  composite: {
    kind: 'composite',
    label: 'softmax',
    name: 'softmax',
    attributes: { axis: 1 },
    inputs: [view(1, 2, 3)],
    outputs: [view(2, 2, 3)],
  },
}

/** To the other side and back: through the structured clone that a port makes. */
function travel(calls: readonly Recorded[]): Recorded[] {
  const words = new WordWriter()
  const names = new NamesSent()
  const sink = {
    words,
    names,
    buffer: (slot: number) => slot,
    scalar: (value: number) => words.push(value),
  }
  for (const call of calls) encodeCall(call, sink)
  const received = new NamesReceived()
  const sent = names.take()
  if (sent !== undefined) received.add(structuredClone(sent))
  const reader = new WordReader(structuredClone(words.take()))
  const source = {
    words: reader,
    names: received,
    buffer: (slot: number) => slot,
    scalar: () => reader.next(),
  }
  const arrived = calls.map(() => decodeCall<number, number>(source))
  expect(reader.isAtEnd).toBe(true)
  return arrived
}

describe('calls as words', () => {
  it.each(Object.entries(CALLS))('%s', (_, call) => {
    expect(travel([call])).toStrictEqual([call])
  })

  it('without what is optional', () => {
    const { when: _, ...map } = CALLS.map
    const { post: _post, postInputs: _inputs, ...reduce } = CALLS.reduce
    const { values: _values, ...sort } = CALLS.sort
    expect(travel([map, reduce, sort])).toStrictEqual([map, reduce, sort])
  })

  it('expressions are the very same nodes at the other end', () => {
    const [map] = travel([CALLS.map])
    expect(map?.kind === 'map' && map.expressions[0]).toBe(expression)
  })

  it('names go over once', () => {
    const names = new NamesSent()
    const sink = { words: new WordWriter(), names, buffer: (slot: number) => slot, scalar: () => {} }
    encodeCall(CALLS.map, sink)
    expect(names.take()?.texts).toEqual(['map'])
    encodeCall(CALLS.map, sink)
    expect(names.take()).toBeUndefined()
  })

  it('any sequence of calls', () => {
    const calls = fc.array(fc.constantFrom<Recorded>(...Object.values(CALLS)), { maxLength: 200 })
    fc.assert(
      fc.property(calls, (some) => {
        expect(travel(some)).toStrictEqual(some)
      }),
      { numRuns: 20 },
    )
  })
})

describe('programs as words', () => {
  it('slots, scalars that are given at each run, and calls', () => {
    const scalars: ProgramScalar[] = [{ slot: 0 }, 3]
    const program: Program = {
      slots: [
        { dtype: 'float32', length: 6 },
        { dtype: 'bool', length: 1 },
      ],
      external: [1, 0],
      scalars: 1,
      calls: [{ ...CALLS.map, scalars }, CALLS.sort],
    }
    const words = new WordWriter()
    const names = new NamesSent()
    encodeProgram(program, words, names)
    const received = new NamesReceived()
    const sent = names.take()
    if (sent !== undefined) received.add(sent)
    expect(decodeProgram(new WordReader(words.take()), received)).toStrictEqual(program)
  })
})

describe('what both sides know differently', () => {
  it('is an error that says so', () => {
    expect(() => new NamesReceived().expression(3)).toThrow('expression 3 is used before it was sent')
    expect(() => new WordReader(Float64Array.of(99)).dtype()).toThrow('both sides must have one version')
  })
})
