/** Every kernel of products against the CPU backend: sizes around its tiles, operands and outputs that lie anywhere. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DeviceFacts } from '../../plan/plan.js'
import { describeOnBench, type PlanBench, PORTABLE } from '../../testing/plan-bench.js'
import type { Way } from './choose.js'
import { planContraction } from './contract.js'
import { difference, type Product, productCall, products, ROW_MAJOR } from './testing/products.js'
import { WAYS } from './testing/ways.js'

/** Up to a bit more than one tile, or some blocks of the direct kernel. */
function limitsOf(way: Way): readonly [number, number, number] {
  if (way.kind === 'direct') return [2 * way.direct.rows + 9, 2 * way.direct.columns + 9, 70]
  const { rows, columns, depth } = way.tile
  return [rows + 9, columns + 9, 2 * depth + 9]
}

/** One product for each way to load an operand: contiguous along either index, aligned or not. */
function examplesOf(way: Way): [Product, boolean][] {
  const [rows, columns, depth] = limitsOf(way).map((limit) => limit - (limit % 4))
  const sizes = { batch: 2, rows: rows ?? 4, columns: columns ?? 4, depth: depth ?? 4 }
  const turned = { ...ROW_MAJOR, keys: [0, 2, 1] }
  return [ROW_MAJOR, turned].flatMap((at) =>
    [0, 1].map((offset): [Product, boolean] => {
      const place = { ...at, offset }
      const product = { dtype: 'float32', left: place, right: place, output: ROW_MAJOR } as const
      return [{ ...sizes, ...product }, false]
    }),
  )
}

let bench: PlanBench

describeOnBench(
  'kernels of products',
  (opened) => {
    bench = opened
  },
  () => {
    const check = async (product: Product, way: Way, device?: DeviceFacts): Promise<void> => {
      const call = productCall(bench, product)
      const { got, wanted } = await bench.both(call, device, (each, facts) =>
        planContraction(each, facts, () => way),
      )
      expect(difference(got[0] ?? [], wanted[0] ?? [])).toBe(undefined)
    }

    it.each(Object.entries(WAYS))('%s', { timeout: 120_000 }, async (_, way) => {
      await fc.assert(
        fc.asyncProperty(products(...limitsOf(way)), fc.boolean(), (product, transposed) =>
          check(product, { ...way, transposed }),
        ),
        { numRuns: 8, examples: examplesOf(way) },
      )
    })

    const together = Object.entries(WAYS).filter(([, { kind }]) => kind === 'direct')
    it.each(together)('%s, with subgroups', { timeout: 120_000 }, async (_, way) => {
      for (const smallest of [2, 4]) {
        const device = { ...PORTABLE, subgroups: { smallest, largest: 4 } }
        for (const lanes of [1, 4, 16]) {
          if (way.kind !== 'direct') continue
          const direct = { ...way.direct, lanes }
          for (const [product] of examplesOf(way).slice(0, 2))
            await check(product, { ...way, direct }, device)
        }
      }
    })

    it.each(Object.entries(WAYS))('%s, in slices', { timeout: 120_000 }, async (_, way) => {
      const [rows, columns] = limitsOf(way)
      await fc.assert(
        fc.asyncProperty(
          products(rows, columns, 300),
          fc.boolean(),
          fc.integer({ min: 2, max: 5 }),
          (product, transposed, slices) => check(product, { ...way, transposed, slices }),
        ),
        { numRuns: 3 },
      )
    })

    it('cover products of many tiles, in bands of rows', { timeout: 120_000 }, async () => {
      const at = { left: ROW_MAJOR, right: ROW_MAJOR, output: ROW_MAJOR }
      for (const [rows, columns] of [
        [549, 70],
        [70, 549],
      ] as const) {
        const product = { ...at, dtype: 'float32', batch: 2, rows, columns, depth: 9 } as const
        await check(product, WAYS['small tiles'] as Way)
        await check(product, { ...(WAYS['narrow tiles'] as Way), slices: 2 })
      }
    })
  },
)
