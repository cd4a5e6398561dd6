import { type PoolCall, type PoolGeometry, rowMajorLayout, windowCount } from '@nabla/backend'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebgpuBackend } from '../../backend.js'
import { arrangements, Contents, differences, scattered } from '../../testing/against-cpu.js'
import { describeOnGpu, openTestDevice } from '../../testing/device.js'
import { PORTABLE } from '../../testing/facts.js'
import { planCall } from '../../testing/plan-call.js'
import { planPool } from './pool.js'

const pair = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<[T, T]> => fc.tuple(of, of)
const geometries: fc.Arbitrary<PoolGeometry> = fc.record({
  window: pair(fc.integer({ min: 1, max: 3 })),
  strides: pair(fc.integer({ min: 1, max: 4 })),
  dilation: pair(fc.integer({ min: 1, max: 2 })),
  padding: pair(pair(fc.nat(2))),
})

function windowsOf(shape: readonly number[], { window, strides, dilation, padding }: PoolGeometry): number[] {
  const along = (axis: 0 | 1): number =>
    windowCount((shape[axis + 1] as number) + padding[axis][0] + padding[axis][1], {
      ...{ size: window[axis], stride: strides[axis], dilation: dilation[axis] },
    })
  return [shape[0] as number, along(0), along(1), shape[3] as number]
}

describeOnGpu('pool', () => {
  let backend: WebgpuBackend
  beforeAll(async () => {
    backend = new WebgpuBackend(await openTestDevice(), planCall)
  })
  afterAll(() => backend.dispose())

  it('does as the cpu backend does, whatever the windows and the layout', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom('select' as const, 'spread' as const),
      fc.constantFrom('float32' as const, 'int32' as const, 'float16' as const),
      fc.tuple(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      fc.integer({ min: 1, max: 5 }),
      geometries,
      fc.array(arrangements, { minLength: 3, maxLength: 3 }),
      async (mode, dtype, size, channels, geometry, [forBy, forSource, forOutput]) => {
        const shape = [...size, channels]
        const windows = windowsOf(shape, geometry)
        const contents = new Contents()
        const values = scattered(dtype)
        const by = contents.input(dtype, shape, values, forBy)
        const source = contents.input(dtype, mode === 'select' ? shape : windows, values, forSource)
        const output = contents.output(dtype, mode === 'select' ? windows : shape, forOutput)
        const call = { kind: 'pool', label: 'pool', mode, geometry, by, source, output } as const
        expect(await differences(backend, contents, call)).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})

describe('plans of pool', () => {
  const plan = (mode: PoolCall['mode'], geometry: Partial<PoolGeometry>) => {
    const whole: PoolGeometry = {
      ...{ window: [2, 2], strides: [2, 2], dilation: [1, 1] },
      padding: [
        [0, 0],
        [0, 0],
      ],
      ...geometry,
    }
    const shape = [128, 128, 128, 64]
    const windows = windowsOf(shape, whole)
    const view = (id: number, lengths: readonly number[]) => {
      const buffer = { id, dtype: 'float32', length: lengths.reduce((a, b) => a * b) } as const
      return { buffer, dtype: 'float32', ...rowMajorLayout(lengths) } as const
    }
    const [source, output] = mode === 'select' ? [shape, windows] : [windows, shape]
    const views = { by: view(0, shape), source: view(1, source), output: view(2, output) }
    return planPool({ kind: 'pool', label: 'pool', mode, geometry: whole, ...views }, PORTABLE)
  }

  it('visits each window once where windows share nothing', () => {
    expect(plan('spread', {}).map(({ groups }) => groups)).toEqual([(128 * 64 * 64 * 64) / 256])
    expect(plan('spread', { window: [3, 3] }).map(({ groups }) => groups)).toEqual([
      (128 * 128 * 128 * 64) / 256,
    ])
    expect(plan('select', {}).map(({ groups }) => groups)).toEqual([(128 * 64 * 64 * 64) / 256])
  })

  it('has one shader for all sizes of windows', () => {
    const key = (geometry: Partial<PoolGeometry>) => plan('select', geometry)[0]?.shader.key
    expect(key({ window: [3, 5], dilation: [2, 1] })).toBe(key({}))
  })
})
