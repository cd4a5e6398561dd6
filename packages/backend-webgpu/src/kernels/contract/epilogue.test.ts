/** Epilogues: what is read beside the sums, how many buffers that may be, and buffers that several views share. */
import {
  type ContractCall,
  expressions as e,
  index,
  input,
  type Shape,
  scalar,
  sizeOf,
  type View,
} from '@nabla/backend'
import { expect, it } from 'vitest'
import { describeOnBench, type PlanBench, PORTABLE, sequence } from '../../testing/plan-bench.js'
import type { Way } from './choose.js'
import { planContraction } from './contract.js'
import { difference } from './testing/products.js'
import { WAYS } from './testing/ways.js'

const SOME = ['small tiles', 'large tiles', '4 × 4 elements alone', 'a row together'] as const
const [BATCH, ROWS, DEPTH, COLUMNS] = [2, 12, 20, 8]
const OUTPUT: Shape = [BATCH, ROWS, COLUMNS]

let bench: PlanBench

describeOnBench(
  'epilogues of contractions',
  (opened) => {
    bench = opened
  },
  () => {
    const filled = (shape: Shape, seed: number): View =>
      bench.view('float32', shape, sequence(sizeOf(shape), seed))

    /** A view of the output's shape that repeats along the axes that are not in `axes`. */
    const repeated = (axes: readonly number[], seed: number): View => {
      const view = filled(
        OUTPUT.map((length, axis) => (axes.includes(axis) ? length : 1)),
        seed,
      )
      return { ...view, shape: OUTPUT, strides: view.strides.map((s, axis) => (axes.includes(axis) ? s : 0)) }
    }

    const product = (rest: Partial<ContractCall>): ContractCall => ({
      kind: 'contract',
      label: 'test',
      batch: 1,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: filled([BATCH, ROWS, DEPTH], 1),
      right: filled([BATCH, DEPTH, COLUMNS], 2),
      scalars: [3, -2],
      output: filled(OUTPUT, 3),
      ...rest,
    })

    const check = async (call: ContractCall, way: Way): Promise<readonly number[]> => {
      const { got, wanted, plan } = await bench.both(call, PORTABLE, (each, facts) =>
        planContraction(each, facts, () => way),
      )
      expect(difference(got[0] ?? [], wanted[0] ?? [])).toBe(undefined)
      return plan.map(({ bindings }) => bindings.length)
    }

    const [sum, bias] = [input(0, 'float32'), input(1, 'float32')]

    it.each(SOME)('%s: a bias, coordinates, scalars', { timeout: 120_000 }, async (name) => {
      const biased = e.maximum(e.add(e.multiply(sum, scalar(0, 'float32')), bias), scalar(1, 'float32'))
      const placed = e.add(biased, e.cast(e.add(e.multiply(index(1), 100), index(2)), 'float32'))
      for (const slices of [1, 3]) {
        const way = { ...(WAYS[name] as Way), slices }
        await check(product({ post: biased, postInputs: [repeated([2], 4)] }), way)
        await check(product({ post: placed, postInputs: [repeated([0, 1], 4)] }), {
          ...way,
          transposed: true,
        })
      }
    })

    it.each(SOME)('%s: a comparison', { timeout: 120_000 }, async (name) => {
      const isLarge = e.less(e.cast(index(0), 'float32'), e.add(sum, bias))
      for (const slices of [1, 3]) {
        const way = { ...(WAYS[name] as Way), slices }
        const plain = product({ post: e.add(sum, bias), postInputs: [repeated([2], 4)] })
        const { wanted } = await bench.both(plain)
        const output = bench.empty('bool', OUTPUT)
        const asked = { ...plain, post: isLarge, output }
        await bench.run(asked, PORTABLE, (each, facts) => planContraction(each, facts, () => way))
        const expected = wanted[0]?.map((value, i) => Number(Math.floor(i / (ROWS * COLUMNS)) < value))
        expect(difference(await bench.contents(output), expected ?? [])).toBe(undefined)
      }
    })

    it.each(SOME)('%s: heavy expressions', { timeout: 120_000 }, async (name) => {
      // What is heavy is multiplied by 0, since the CPU's functions are other ones.
      const powers = e.add(e.power(e.absolute(sum), 0.5), e.power(e.absolute(bias), 0.25))
      const post = e.add(sum, e.multiply(e.select(e.isFinite(powers), powers, 1), 0))
      await check(product({ post, postInputs: [repeated([1], 4)] }), WAYS[name] as Way)
    })

    it.each(SOME)('%s: all views on one buffer', { timeout: 120_000 }, async (name) => {
      for (const [start, gap] of [
        [0, 0],
        [2, 0],
        [0, 1],
      ] as const) {
        const place = (from: number, shape: Shape): View => {
          const [, rows = 0, columns = 0] = shape
          const strides = [rows * (columns + gap), columns + gap, 1]
          return { ...all, shape, strides, offset: start + from }
        }
        const all = filled([3000], 1)
        const left = place(0, [BATCH, ROWS, DEPTH])
        const right = place(600, [BATCH, DEPTH, COLUMNS])
        await check(
          product({
            left,
            right,
            output: place(1600, OUTPUT),
            post: e.add(sum, bias),
            postInputs: [place(2400, OUTPUT)],
          }),
          WAYS[name] as Way,
        )
      }
    })

    it('reads as many buffers as there are', { timeout: 120_000 }, async () => {
      for (const count of [5, 6, 7, 13]) {
        const inputs = Array.from({ length: count }, (_, i) => i + 1)
        const post = inputs.reduce((total, slot) => e.add(total, input(slot, 'float32')), e.multiply(sum, 2))
        const postInputs = inputs.map((slot) =>
          repeated([[0], [1], [2], [0, 2], [0, 1, 2]][slot % 5] ?? [], slot),
        )
        const bindings = await check(product({ post, postInputs }), WAYS['small tiles'] as Way)
        expect(Math.max(...bindings)).toBeLessThanOrEqual(PORTABLE.maximumStorageBuffers)
        expect(bindings.length).toBe(count <= 5 ? 1 : count <= 6 ? 2 : count === 7 ? 3 : 4)
      }
    })

    it('is applied to sums of nothing', async () => {
      const call = product({
        left: filled([BATCH, ROWS, 0], 1),
        right: filled([BATCH, 0, COLUMNS], 2),
        post: e.add(sum, bias),
        postInputs: [repeated([2], 4)],
      })
      const { got, wanted } = await bench.both(call)
      expect(difference(got[0] ?? [], wanted[0] ?? [])).toBe(undefined)
    })
  },
)
