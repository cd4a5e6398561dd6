/** Convolution and both its gradients as the engine asks for them: contractions over sliding windows. */
import { type ContractCall, permuteLayout, type Shape, sizeOf, type View, windowLayout } from '@nabla/backend'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeOnBench, type PlanBench, sequence } from '../../testing/plan-bench.js'
import type { Way } from './choose.js'
import { planContraction } from './contract.js'
import { difference } from './testing/products.js'
import { WAYS } from './testing/ways.js'

interface Convolution {
  readonly size: readonly [number, number]
  readonly window: readonly [number, number]
  readonly stride: number
  readonly dilation: number
  readonly channels: number
  readonly filters: number
}

const convolutions: fc.Arbitrary<Convolution> = fc.record({
  size: fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })),
  window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.integer({ min: 1, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  channels: fc.constantFrom(1, 3, 4, 8),
  filters: fc.constantFrom(2, 5, 8, 12),
})

const IMAGES = 2

function windowsOf(image: View, { window, stride, dilation }: Convolution): View {
  const seen = window.map((size, i) => ({ axis: i + 1, size, stride, dilation }))
  return { ...image, ...windowLayout(image, seen) }
}

const ordered = (view: View, order: readonly number[]): View => ({ ...view, ...permuteLayout(view, order) })

function call(left: View, right: View, output: View): ContractCall {
  const rest = { label: 'test', batch: 0, rows: 3, columns: 1, contracted: 3, scalars: [] }
  return { kind: 'contract', left, right, output, ...rest }
}

const KERNELS = ['small tiles', 'large tiles', '4 × 4 elements alone', 'a row together'] as const

let bench: PlanBench

describeOnBench(
  'contractions over windows',
  (opened) => {
    bench = opened
  },
  () => {
    const filled = (shape: Shape, seed: number): View =>
      bench.view('float32', shape, sequence(sizeOf(shape), seed))

    const check = async (asked: ContractCall, way: Way): Promise<void> => {
      const { got, wanted } = await bench.both(asked, undefined, (each, facts) =>
        planContraction(each, facts, () => way),
      )
      expect(difference(got[0] ?? [], wanted[0] ?? [])).toBe(undefined)
    }

    const checkAll = async (convolution: Convolution, way: Way): Promise<void> => {
      const { size, window, channels, filters } = convolution
      const image = filled([IMAGES, ...size, channels], 1)
      const windows = windowsOf(image, convolution)
      const [, height = 0, width = 0] = windows.shape
      const cotangent = filled([IMAGES, height, width, filters], 2)
      const taps = filled([...window, channels, filters], 3)
      // Windows are [n, i, j, c, u, v].
      await check(call(ordered(windows, [0, 1, 2, 4, 5, 3]), taps, filled(cotangent.shape, 4)), way)
      await check(call(ordered(windows, [4, 5, 3, 0, 1, 2]), cotangent, filled(taps.shape, 5)), way)
      // The gradient of the image, of a convolution without strides: windows of what comes back, with zeros around.
      const padded: Shape = [IMAGES, size[0] + window[0] - 1, size[1] + window[1] - 1, filters]
      const back = windowsOf(filled(padded, 6), { ...convolution, stride: 1, dilation: 1 })
      const turned: View = {
        ...taps,
        strides: taps.strides.map((stride, axis) => (axis < 2 ? -stride : stride)),
        offset: [0, 1].reduce((sum, i) => sum + ((window[i] ?? 1) - 1) * (taps.strides[i] ?? 0), 0),
      }
      await check(
        call(ordered(back, [0, 1, 2, 4, 5, 3]), ordered(turned, [0, 1, 3, 2]), filled(image.shape, 7)),
        way,
      )
    }

    it.each(KERNELS)('%s', { timeout: 120_000 }, async (name) => {
      const way = WAYS[name] as Way
      await fc.assert(
        fc.asyncProperty(convolutions, fc.boolean(), (convolution, transposed) =>
          checkAll(convolution, { ...way, transposed }),
        ),
        { numRuns: 2 },
      )
    })
  },
)
