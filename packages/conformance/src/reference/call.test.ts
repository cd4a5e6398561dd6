/** The reference kernels against results worked out by hand: they are what everything else is held against. */
import {
  type DType,
  expressions as e,
  input,
  type KernelCall,
  rowMajorLayout,
  type Shape,
  type View,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { createReferenceBackend, toNumbers, toTypedArray } from './backend.js'

const backend = createReferenceBackend()

function view(shape: Shape, values: readonly number[] = [], dtype: DType = 'float64'): View {
  const layout = rowMajorLayout(shape)
  const buffer = backend.allocate(
    dtype,
    shape.reduce((a, b) => a * b, 1),
  )
  backend.write(buffer, toTypedArray(dtype, values))
  return { buffer, dtype, ...layout }
}

function run(call: KernelCall, output: View): number[] {
  backend.run(call)
  return toNumbers(output.dtype, backend.readSync?.(output.buffer) ?? new Float64Array())
}

const x = input(0, 'float64')

describe('reference kernels', () => {
  it('map with broadcasting, scalars and coordinates', () => {
    const row = view([3], [1, 2, 3])
    const output = view([2, 3])
    const inputs = [{ ...row, shape: [2, 3], strides: [0, 1] }]
    const call: KernelCall = {
      kind: 'map',
      label: '',
      shape: [2, 3],
      expressions: [e.multiply(x, x)],
      inputs,
      scalars: [],
      outputs: [output],
    }
    expect(run(call, output)).toEqual([1, 4, 9, 1, 4, 9])
  })

  it('reduce over chosen axes, with an expression behind', () => {
    const output = view([1, 3])
    const call: KernelCall = {
      kind: 'reduce',
      label: '',
      operation: 'sum',
      shape: [2, 3],
      axes: [0],
      expression: x,
      inputs: [view([2, 3], [1, 2, 3, 10, 20, 30])],
      scalars: [],
      post: e.negate(x),
      output,
    }
    expect(run(call, output)).toEqual([-11, -22, -33])
  })

  it('argMax: the first of equals, NaN above all', () => {
    const output = view([2, 1], [], 'int32')
    const values = [1, 3, 3, 5, Number.NaN, 9]
    const inputs = [view([2, 3], values)]
    const call: KernelCall = {
      kind: 'reduce',
      label: '',
      operation: 'argMax',
      shape: [2, 3],
      axes: [1],
      expression: x,
      inputs,
      scalars: [],
      output,
    }
    expect(run(call, output)).toEqual([1, 1])
  })

  it('contract rows with columns, per batch', () => {
    const output = view([2, 1, 2])
    const call: KernelCall = {
      kind: 'contract',
      label: '',
      batch: 1,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: view([2, 1, 2], [1, 2, 3, 4]),
      right: view([2, 2, 2], [1, 0, 0, 1, 5, 6, 7, 8]),
      scalars: [],
      output,
    }
    expect(run(call, output)).toEqual([1, 2, 15 + 28, 18 + 32])
  })

  it('pool: windows and where their winners are', () => {
    const one = [1, 1] as const
    const geometry = {
      window: [1, 2],
      strides: one,
      dilation: one,
      padding: [
        [0, 0],
        [0, 0],
      ],
    } as const
    const by = view([1, 1, 4, 1], [1, 5, 5, 2])
    const selected = view([1, 1, 3, 1])
    const call = { kind: 'pool', label: '', geometry, by } as const
    expect(run({ ...call, mode: 'select', source: by, output: selected }, selected)).toEqual([5, 5, 5])
    const spread = view([1, 1, 4, 1])
    const source = view([1, 1, 3, 1], [1, 10, 100])
    expect(run({ ...call, mode: 'spread', source, output: spread }, spread)).toEqual([0, 11, 100, 0])
  })

  it('scan forward, backward and without the element itself', () => {
    const output = view([4])
    const call = {
      kind: 'scan',
      label: '',
      operation: 'sum',
      axis: 0,
      input: view([4], [1, 2, 3, 4]),
      output,
    } as const
    expect(run({ ...call, reverse: false, exclusive: false }, output)).toEqual([1, 3, 6, 10])
    expect(run({ ...call, reverse: true, exclusive: false }, output)).toEqual([10, 9, 7, 4])
    expect(run({ ...call, reverse: false, exclusive: true }, output)).toEqual([0, 1, 3, 6])
  })

  it('gather and scatter by position, also from the end', () => {
    const indices = view([3], [0, -1, 0], 'int32')
    const output = view([3])
    expect(
      run({ kind: 'gather', label: '', axis: 0, input: view([4], [1, 2, 3, 4]), indices, output }, output),
    ).toEqual([1, 4, 1])
    const target = view([4], [100, 0, 0, 0])
    const call = {
      kind: 'scatter',
      label: '',
      axis: 0,
      indices,
      updates: view([3], [1, 2, 3]),
      output: target,
    } as const
    expect(run({ ...call, operation: 'add' }, target)).toEqual([104, 0, 0, 2])
    expect(run({ ...call, operation: 'set' }, target)).toEqual([3, 0, 0, 2])
    const beyond = view([3], [0, 4, 0], 'int32')
    expect(() =>
      run({ kind: 'gather', label: 'take', axis: 0, input: target, indices: beyond, output }, output),
    ).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: take: expected indices from -4 to 3; received 4. Fix: check the indices against the length of the axis.]`,
    )
  })

  it('sort is stable, NaN last, or first when descending', () => {
    const indices = view([5], [], 'int32')
    const values = view([5])
    const call = {
      kind: 'sort',
      label: '',
      axis: 0,
      input: view([5], [2, Number.NaN, 1, 2, 0]),
      values,
      indices,
    } as const
    expect(run({ ...call, descending: false }, values)).toEqual([0, 1, 2, 2, Number.NaN])
    expect(run({ ...call, descending: false }, indices)).toEqual([4, 2, 0, 3, 1])
    expect(run({ ...call, descending: true }, indices)).toEqual([1, 0, 3, 2, 4])
  })

  it('softmax adds up to one, also where powers overflow', () => {
    const output = view([3])
    const inputs = [view([3], [1000, 1000, 0])]
    const call: KernelCall = {
      kind: 'composite',
      label: '',
      name: 'softmax',
      attributes: { axis: 0 },
      inputs,
      outputs: [output],
    }
    expect(run(call, output)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12), 0])
  })

  it('rounds once, when a result is stored', () => {
    const a = input(0, 'float32')
    const big = view([1], [2 ** 24], 'float32')
    const output = view([1], [], 'float32')
    const expression = e.subtract(e.add(a, 1), a)
    const call: KernelCall = {
      kind: 'map',
      label: '',
      shape: [1],
      expressions: [expression],
      inputs: [big],
      scalars: [],
      outputs: [output],
    }
    expect(run(call, output)).toEqual([1])
  })
})
