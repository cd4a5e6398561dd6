import { describe, expect, it } from 'vitest'
import { input } from './expr/node.js'
import { type KernelCall, type KernelKind, mapBuffers, viewsOf } from './kernel.js'
import { rowMajorLayout } from './view.js'

const view = (buffer: string) => ({ buffer, dtype: 'float32' as const, ...rowMajorLayout([1]) })
const x = input(0, 'float32')
const pair = [1, 1] as const
const geometry = {
  window: pair,
  strides: pair,
  dilation: pair,
  padding: [
    [0, 0],
    [0, 0],
  ] as const,
}

/** One call of each kind, with the names of the buffers that it reads and writes. */
const CALLS: Record<KernelKind, { call: KernelCall<string>; reads: string; writes: string }> = {
  map: {
    call: {
      kind: 'map',
      label: '',
      shape: [1],
      expressions: [x],
      inputs: [view('a')],
      scalars: [],
      outputs: [view('o')],
    },
    reads: 'a',
    writes: 'o',
  },
  reduce: {
    call: {
      kind: 'reduce',
      label: '',
      operation: 'sum',
      shape: [1],
      axes: [0],
      expression: x,
      inputs: [view('a')],
      scalars: [],
      post: x,
      postInputs: [view('b')],
      output: view('o'),
    },
    reads: 'ab',
    writes: 'o',
  },
  contract: {
    call: {
      kind: 'contract',
      label: '',
      batch: 0,
      rows: 0,
      columns: 0,
      contracted: 1,
      left: view('a'),
      right: view('b'),
      scalars: [],
      postInputs: [view('c')],
      output: view('o'),
    },
    reads: 'abc',
    writes: 'o',
  },
  pool: {
    call: {
      kind: 'pool',
      label: '',
      mode: 'select',
      geometry,
      by: view('a'),
      source: view('b'),
      output: view('o'),
    },
    reads: 'ab',
    writes: 'o',
  },
  scan: {
    call: {
      kind: 'scan',
      label: '',
      operation: 'sum',
      axis: 0,
      reverse: false,
      exclusive: false,
      input: view('a'),
      output: view('o'),
    },
    reads: 'a',
    writes: 'o',
  },
  gather: {
    call: { kind: 'gather', label: '', axis: 0, input: view('a'), indices: view('b'), output: view('o') },
    reads: 'ab',
    writes: 'o',
  },
  scatter: {
    call: {
      kind: 'scatter',
      label: '',
      operation: 'add',
      axis: 0,
      indices: view('a'),
      updates: view('b'),
      output: view('o'),
    },
    reads: 'abo',
    writes: 'o',
  },
  sort: {
    call: {
      kind: 'sort',
      label: '',
      axis: 0,
      descending: false,
      input: view('a'),
      values: view('o'),
      indices: view('p'),
    },
    reads: 'a',
    writes: 'op',
  },
  composite: {
    call: {
      kind: 'composite',
      label: '',
      name: 'softmax',
      attributes: { axis: 0 },
      inputs: [view('a')],
      outputs: [view('o')],
    },
    reads: 'a',
    writes: 'o',
  },
}

describe.each(Object.entries(CALLS))('%s', (_kind, { call, reads, writes }) => {
  it('says what it reads and writes', () => {
    expect(
      viewsOf(call)
        .reads.map(({ buffer }) => buffer)
        .join(''),
    ).toBe(reads)
    expect(
      viewsOf(call)
        .writes.map(({ buffer }) => buffer)
        .join(''),
    ).toBe(writes)
  })

  it('is the same call over renamed buffers, and plain data', () => {
    const renamed = mapBuffers(call, (buffer) => buffer.toUpperCase())
    expect(
      viewsOf(renamed)
        .reads.map(({ buffer }) => buffer)
        .join(''),
    ).toBe(reads.toUpperCase())
    expect(mapBuffers(renamed, (buffer) => buffer.toLowerCase())).toEqual({ ...call })
    expect(JSON.parse(JSON.stringify(call))).toEqual(call)
  })
})

describe('sort', () => {
  it('may write only one of its results', () => {
    const { values: _, ...onlyIndices } = CALLS.sort.call as KernelCall<string> & { kind: 'sort' }
    expect(viewsOf(onlyIndices).writes.map(({ buffer }) => buffer)).toEqual(['p'])
    expect('values' in mapBuffers(onlyIndices, String)).toBe(false)
  })
})
