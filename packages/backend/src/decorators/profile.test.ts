import { describe, expect, it } from 'vitest'
import { expressions as e } from '../expr/expressions.js'
import { input } from '../expr/node.js'
import { createNullBackend } from '../null-backend.js'
import { type Shape, sizeOf } from '../shape.js'
import { broadcastLayout, rowMajorLayout, type View } from '../view.js'
import { decorate } from './decorate.js'
import { formatProfile, profile } from './profile.js'

const inner = createNullBackend()
const view = (shape: Shape): View => ({
  buffer: inner.allocate('float32', sizeOf(shape)),
  dtype: 'float32',
  ...rowMajorLayout(shape),
})
const x = input(0, 'float32')

describe('profile', () => {
  it('counts arithmetic and bytes of each call', () => {
    const backend = profile(inner)
    const row = view([1, 8])
    backend.run({
      kind: 'map',
      label: 'gelu',
      shape: [4, 8],
      expressions: [e.multiply(e.exp(x), input(1, 'float32'))],
      inputs: [view([4, 8]), { ...row, ...broadcastLayout(row, [4, 8]) }],
      scalars: [],
      outputs: [view([4, 8])],
    })
    backend.run({
      kind: 'contract',
      label: 'matmul',
      batch: 0,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: view([4, 5]),
      right: view([5, 6]),
      scalars: [],
      output: view([4, 6]),
    })
    const [map, contract] = backend.entries()
    expect(map).toMatchObject({ label: 'gelu', kind: 'map', operations: 64, bytes: (32 + 8 + 32) * 4 })
    expect(contract).toMatchObject({ operations: 2 * 4 * 5 * 6, bytes: (20 + 30 + 24) * 4 })
    expect(map?.microseconds).toBeGreaterThanOrEqual(0)
    backend.resetProfile()
    expect(backend.entries()).toEqual([])
  })

  it('passes calls on', () => {
    inner.resetCounts()
    profile(inner).run({
      kind: 'scan',
      label: 'cumsum',
      operation: 'sum',
      axis: 0,
      reverse: false,
      exclusive: false,
      input: view([3]),
      output: view([3]),
    })
    expect(inner.counts().byKind).toEqual({ scan: 1 })
  })

  it('sums calls of one label into one row, the costliest first', () => {
    const entry = { label: 'add', kind: 'map', microseconds: 1000, operations: 1e6, bytes: 4e6 } as const
    const table = formatProfile([
      entry,
      { ...entry, label: 'matmul', kind: 'contract', microseconds: 5000 },
      entry,
    ])
    expect(table).toMatchInlineSnapshot(`
      "kernel                             calls         ms   GFLOP/s     GB/s
      contract matmul                        1       5.00      0.20     0.80
      map add                                2       2.00      1.00     4.00"
    `)
  })
})

describe('decorate', () => {
  it('forwards all but what is changed', async () => {
    const names: string[] = []
    const changed = decorate(inner, { run: (call) => void names.push(call.label) })
    const buffer = changed.allocate('int32', 2)
    expect(inner.memory()).toEqual(changed.memory())
    expect(await changed.read(buffer)).toEqual(new Int32Array(2))
    expect(changed.readSync?.(buffer, 1, 1)).toEqual(new Int32Array(1))
    changed.run({
      kind: 'sort',
      label: 'sort',
      axis: 0,
      descending: false,
      input: view([2]),
      values: view([2]),
    })
    expect(names).toEqual(['sort'])
    expect(changed.name).toBe('null')
    changed.release(buffer)
    await changed.synchronize()
  })

  it('does not invent methods that the backend has not', () => {
    const { readSync: _, ...asynchronous } = createNullBackend()
    expect(decorate(asynchronous, {}).readSync).toBeUndefined()
    expect(decorate(asynchronous, {}).prepare).toBeUndefined()
  })
})
