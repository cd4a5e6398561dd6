import { rowMajorLayout, type ScanCall } from '@nabla/backend'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebgpuBackend } from '../../backend.js'
import { arrangements, Contents, differences, ROW_MAJOR, scattered } from '../../testing/against-cpu.js'
import { describeOnGpu, openTestDevice } from '../../testing/device.js'
import { PORTABLE } from '../../testing/facts.js'
import { planCall } from '../../testing/plan-call.js'
import { planScan } from './scan.js'

const operations = fc.constantFrom('sum' as const, 'maximum' as const, 'minimum' as const, 'product' as const)

describeOnGpu('scan', () => {
  let backend: WebgpuBackend
  beforeAll(async () => {
    backend = new WebgpuBackend(await openTestDevice(), planCall)
  })
  afterAll(() => backend.dispose())

  it('does as the cpu backend does, whatever the layout', async () => {
    const property = fc.asyncProperty(
      operations,
      fc.constantFrom('float32' as const, 'int32' as const, 'uint8' as const, 'float16' as const),
      fc.array(fc.constantFrom(0, 1, 2, 5, 9), { maxLength: 2 }),
      fc.tuple(fc.nat(2), fc.constantFrom(0, 1, 5, 33, 70, 130)),
      fc.tuple(fc.boolean(), fc.boolean()),
      fc.tuple(arrangements, arrangements),
      async (given, dtype, others, [axis, length], [reverse, exclusive], [forInput, forOutput]) => {
        // Products of many eighths are not exact.
        const operation = given === 'product' && dtype.startsWith('float') ? 'sum' : given
        const at = Math.min(axis, others.length)
        const shape = [...others.slice(0, at), length, ...others.slice(at)]
        const contents = new Contents()
        const input = contents.input(dtype, shape, scattered(dtype), forInput)
        const output = contents.output(dtype, shape, forOutput)
        const call = {
          kind: 'scan',
          label: 'scan',
          operation,
          axis: at,
          reverse,
          exclusive,
          input,
          output,
        } as const
        expect(await differences(backend, contents, call)).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 80 })
  })

  // One workgroup tile after tile; chunks of a workgroup; chunks of an invocation; few lines, many chunks.
  it.each([
    [[3, 2500], 1],
    [[2, 20_001], 1],
    [[700, 40], 0],
    [[9000, 33], 0],
    [[3, 9001, 2], 1],
  ])('scans long lines: %j along axis %i', async (shape, axis) => {
    for (const [operation, reverse, exclusive] of [
      ['sum', false, false],
      ['sum', true, true],
      ['maximum', true, false],
      ['minimum', false, true],
    ] as const) {
      const contents = new Contents()
      const input = contents.input('float32', shape, scattered('float32'), ROW_MAJOR)
      const output = contents.output('float32', shape, ROW_MAJOR)
      const call = {
        kind: 'scan',
        label: 'scan',
        operation,
        axis,
        reverse,
        exclusive,
        input,
        output,
      } as const
      expect(await differences(backend, contents, call)).toEqual([])
    }
  })
})

describe('plans of scan', () => {
  const plan = (shape: readonly number[], axis: number, options: Partial<ScanCall> = {}) => {
    const length = shape.reduce((a, b) => a * b)
    const view = (id: number) =>
      ({ buffer: { id, dtype: 'float32', length }, dtype: 'float32', ...rowMajorLayout(shape) }) as const
    const how = { operation: 'sum', reverse: false, exclusive: false, axis, ...options } as const
    return planScan({ kind: 'scan', label: 'scan', ...how, input: view(0), output: view(1) }, PORTABLE)
  }

  it('cuts lines into chunks only where there are few', () => {
    const groups = (shape: readonly number[], axis: number) => plan(shape, axis).map((each) => each.groups)
    expect(groups([100_000, 32], 1)).toEqual([391])
    expect(groups([1000, 4000], 1)).toEqual([1000])
    expect(groups([4000, 50_000], 0)).toEqual([196])
    expect(groups([10_000_000], 0)).toEqual([512, 1, 512])
    expect(groups([4000, 64], 0)).toEqual([16, 64, 16])
    expect(groups([70_000, 4000], 1)).toEqual([70_000])
  })

  it('has one shader for both directions and all lengths', () => {
    const keys = (given: ReturnType<typeof plan>) => given.map(({ shader }) => shader.key)
    expect(keys(plan([10_000_000], 0, { reverse: true }))).toEqual(keys(plan([3_000_000], 0)))
  })
})
