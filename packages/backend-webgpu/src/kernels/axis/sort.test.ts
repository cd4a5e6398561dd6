import { rowMajorLayout, type SortCall } from '@nabla/backend'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebgpuBackend } from '../../backend.js'
import { arrangements, Contents, differences, ROW_MAJOR, scattered } from '../../testing/against-cpu.js'
import { describeOnGpu, openTestDevice } from '../../testing/device.js'
import { PORTABLE } from '../../testing/facts.js'
import { planCall } from '../../testing/plan-call.js'
import { planSort } from './sort.js'

const HOSTILE = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2, 2, 3]
const hostile = (position: number): number => HOSTILE[(position * 7 + (position >>> 3)) % 10] as number

describeOnGpu('sort', () => {
  let backend: WebgpuBackend
  beforeAll(async () => {
    backend = new WebgpuBackend(await openTestDevice(), planCall)
  })
  afterAll(() => backend.dispose())

  it('does as the cpu backend does, whatever the layout', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(
        'float32' as const,
        'int32' as const,
        'uint32' as const,
        'bool' as const,
        'float16' as const,
      ),
      fc.array(fc.constantFrom(0, 1, 3, 8, 40, 300), { minLength: 1, maxLength: 2 }),
      fc.nat(1),
      fc.boolean(),
      fc.constantFrom('values', 'indices', 'both'),
      fc.array(arrangements, { minLength: 3, maxLength: 3 }),
      async (dtype, shape, which, descending, results, [forInput, forValues, forIndices]) => {
        const contents = new Contents()
        const float = dtype === 'float32' || dtype === 'float16'
        // The order of 0 and -0 among values alone is free.
        const value = float && results !== 'values' ? hostile : scattered(dtype)
        const input = contents.input(dtype, shape, value, forInput)
        const values = contents.output(dtype, shape, forValues)
        const indices = contents.output('int32', shape, forIndices)
        const call: SortCall<number> = {
          ...{ kind: 'sort', label: 'sort', axis: which % shape.length, descending, input },
          ...(results !== 'indices' && { values }),
          ...(results !== 'values' && { indices }),
        }
        expect(await differences(backend, contents, call)).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  // As much as a workgroup takes and one more; a power of two and no power of two of workgroups; several lines.
  it.each([
    [[1024], 0],
    [[1025], 0],
    [[8192], 0],
    [[2, 5000], 1],
    [[3000, 3], 0],
    [[300, 33], 0],
  ])('sorts long lines: %j along axis %i', async (shape, axis) => {
    for (const descending of [false, true]) {
      const contents = new Contents()
      const input = contents.input('float32', shape, hostile, ROW_MAJOR)
      const [values, indices] = [contents.output('float32', shape), contents.output('int32', shape)]
      const call = { kind: 'sort', label: 'sort', axis, descending, input, values, indices } as const
      expect(await differences(backend, contents, call)).toEqual([])
    }
  })
})

describe('plans of sort', () => {
  const groups = (shape: readonly number[], axis: number): number[] => {
    const length = shape.reduce((a, b) => a * b)
    const input = {
      buffer: { id: 0, dtype: 'float32', length },
      dtype: 'float32',
      ...rowMajorLayout(shape),
    } as const
    const values = { ...input, buffer: { ...input.buffer, id: 1 } }
    const call = { kind: 'sort', label: 'sort', axis, descending: false, input, values } as const
    return planSort(call, PORTABLE).map((each) => each.groups)
  }

  it('sorts short lines several to a workgroup, and merges long ones in ever longer runs', () => {
    expect(groups([1_000_000, 8], 1)).toEqual([Math.ceil(1_000_000 / 128)])
    expect(groups([70_000, 1000], 1)).toEqual([70_000])
    expect(groups([1_000_000], 0)).toEqual([977, ...Array.from({ length: 10 }, () => 3907)])
  })
})
