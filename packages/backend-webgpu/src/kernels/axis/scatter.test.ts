import { IndexError, rowMajorLayout } from '@nabla/backend'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { WebgpuBackend } from '../../backend.js'
import {
  type Arrangement,
  arrangements,
  Contents,
  differences,
  scattered,
} from '../../testing/against-cpu.js'
import { openTestDevice } from '../../testing/device.js'
import { PORTABLE } from '../../testing/facts.js'
import { planScatter } from './scatter.js'

const operations = ['add', 'set', 'maximum', 'minimum'] as const

const indicesInto =
  (length: number) =>
  (position: number): number =>
    ((Math.imul(position + 1, 0x9e3779b1) >>> 7) % (2 * length)) - length

describe('scatter', () => {
  let backend: WebgpuBackend
  beforeAll(async () => {
    backend = new WebgpuBackend(await openTestDevice())
  })

  const check = async (
    operation: (typeof operations)[number],
    dtype: 'float32' | 'int32' | 'uint8' | 'float16',
    shape: readonly number[],
    axis: number,
    count: number,
    [forIndices, forUpdates, forOutput]: readonly (Arrangement | undefined)[],
  ): Promise<void> => {
    const given = shape.with(axis, count)
    const contents = new Contents()
    const output = contents.input(dtype, shape, scattered(dtype, 3), { ...forOutput!, repeated: [] })
    const indices = contents.input('int32', given, indicesInto(shape[axis] as number), forIndices)
    const updates = contents.input(dtype, given, scattered(dtype), forUpdates)
    const call = { kind: 'scatter', label: 'put', operation, axis, indices, updates, output } as const
    expect(await differences(backend, contents, call)).toEqual([])
  }

  it('does as the cpu backend does, whatever the layout, with short lines of indices and long ones', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.constantFrom('float32' as const, 'int32' as const, 'uint8' as const, 'float16' as const),
      fc.array(fc.constantFrom(1, 2, 5, 8), { minLength: 1, maxLength: 3 }),
      fc.nat(2),
      fc.constantFrom(0, 1, 7, 64, 65, 300),
      fc.boolean(),
      fc.array(arrangements, { minLength: 3, maxLength: 3 }),
      async (given, dtype, shape, which, count, slices, [forIndices, ...others]) => {
        // The cpu backend rounds float16 after each addition.
        const operation = given === 'add' && dtype === 'float16' ? 'maximum' : given
        const axis = which % shape.length
        const repeated = shape.map((_, each) => each !== axis)
        const place = slices && forIndices ? { ...forIndices, repeated } : forIndices
        await check(operation, dtype, shape, axis, count, [place, ...others])
      },
    )
    await fc.assert(property, { numRuns: 80 })
  })

  const rowMajor = { keys: [], gap: 0, flipped: [], repeated: [] }
  const slices = { ...rowMajor, repeated: [false, true] }

  it.each(operations)(
    '%s: the order of thousands of updates, of which many have one index',
    async (operation) => {
      await check(operation, 'float32', [700, 3], 0, 3000, [slices, rowMajor, rowMajor])
      await check(operation, 'float32', [2, 5], 1, 2100, [rowMajor, rowMajor, rowMajor])
    },
  )

  it.each([3, 100])('reports what has no place among %i updates', async (count) => {
    const make = (values: number[]) => {
      const buffer = backend.allocate('int32', values.length)
      backend.write(buffer, Int32Array.from(values))
      return { buffer, dtype: 'int32', ...rowMajorLayout([values.length]) } as const
    }
    const numbers = (value: number) => Array.from({ length: count }, () => value)
    const [indices, updates] = [make(numbers(2).with(1, -5)), make(numbers(1))]
    const output = make([10, 20, 30, 40])
    backend.run({ kind: 'scatter', label: 'put', operation: 'add', axis: 0, indices, updates, output })
    await expect(backend.read(output.buffer)).rejects.toThrow(IndexError)
    // What was computed from a bad index is never read as if it were sound.
    await expect(backend.read(output.buffer)).rejects.toThrow(IndexError)
    expect(Array.from(await backend.read(updates.buffer))).toEqual(numbers(1))
  })

  it('says that there is no index into nothing', async () => {
    const view = (length: number) => {
      const buffer = backend.allocate('int32', length)
      return { buffer, dtype: 'int32', ...rowMajorLayout([length]) } as const
    }
    const views = { indices: view(2), updates: view(2), output: view(0) }
    backend.run({ kind: 'scatter', label: 'put', operation: 'set', axis: 0, ...views })
    await expect(backend.read(views.output.buffer)).rejects.toThrow('no index, since axis 0 has length 0')
  })

  it('sorts the indices of an embedding once, and then visits each update once', () => {
    const buffer = (id: number, dtype: 'float32' | 'int32', length: number) => ({ id, dtype, length })
    const updates = {
      buffer: buffer(0, 'float32', 4096 * 128),
      dtype: 'float32',
      ...rowMajorLayout([4096, 128]),
    } as const
    const output = {
      buffer: buffer(1, 'float32', 10_000 * 128),
      dtype: 'float32',
      ...rowMajorLayout([10_000, 128]),
    } as const
    const indices = {
      buffer: buffer(2, 'int32', 4096),
      dtype: 'int32',
      shape: [4096, 128],
      strides: [1, 0],
      offset: 0,
    } as const
    const plan = planScatter(
      { kind: 'scatter', label: 'embed', operation: 'add', axis: 0, indices, updates, output },
      PORTABLE,
    )
    expect(plan.map(({ groups }) => groups)).toEqual([4, 16, 16, (4096 * 128) / 256])
  })
})
