/** Maps on the device against the CPU backend: every way in which views may lie, tiles, tails, and too many buffers. */
import {
  apply,
  type Expr,
  expressions as e,
  index,
  input,
  type Layout,
  type MapCall,
  permuteLayout,
  rowMajorLayout,
  type Shape,
  scalar,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeOnBench, differences, type PlanBench, PORTABLE, sequence } from '../../testing/plan-bench.js'
import { planMap } from './map.js'

let bench: PlanBench

function mapOf(
  expressions: readonly Expr[],
  inputs: readonly View[],
  outputs: readonly View[],
  more: Partial<MapCall> = {},
): MapCall {
  const shape = (outputs[0] as View).shape
  return { kind: 'map', label: 'test', shape, expressions, inputs, scalars: [], outputs, ...more }
}

const [a, b] = [input(0, 'float32'), input(1, 'float32')]
const sum = e.add(e.multiply(a, 2), b)

async function expectSame(call: MapCall, facts = PORTABLE): Promise<readonly string[]> {
  const { got, wanted, plan } = await bench.both(call, facts)
  expect(differences(got, wanted)).toEqual([])
  return plan.map(({ shader }) => shader.key)
}

/** The axes in an order, some of them repetitions, some backwards. */
interface Place {
  readonly order: readonly number[]
  readonly repeats: readonly boolean[]
  readonly offset: number
}

function placed(
  shape: Shape,
  { order, repeats, offset }: Place,
  isOutput: boolean,
): { layout: Layout; length: number } {
  const axes = [...shape.keys()].sort((x, y) => (order[x] as number) - (order[y] as number) || x - y)
  const isRepeated = (axis: number): boolean => !isOutput && repeats[axis] === true
  const memory = axes.map((axis) => (isRepeated(axis) ? 1 : (shape[axis] as number)))
  const back = permuteLayout(
    rowMajorLayout(memory),
    shape.map((_, axis) => axes.indexOf(axis)),
  )
  const strides = back.strides.map((stride, axis) => (isRepeated(axis) ? 0 : stride))
  return { layout: { shape, strides, offset }, length: sizeOf(memory) + offset + 2 }
}

const place = fc.record({
  order: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
  repeats: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  offset: fc.constantFrom(0, 4, 3),
})

describeOnBench(
  'maps on a device',
  (opened) => {
    bench = opened
  },
  () => {
    describe('a map', () => {
      it('sees the same elements wherever they lie', async () => {
        const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 8, 17, 20), { minLength: 0, maxLength: 4 })
        await fc.assert(
          fc.asyncProperty(shapes, place, place, place, async (shape, first, second, target) => {
            const view = (at: Place, isOutput: boolean): View => {
              const { layout, length } = placed(shape, at, isOutput)
              return bench.view('float32', layout, sequence(length, at.offset))
            }
            await expectSame(mapOf([sum], [view(first, false), view(second, false)], [view(target, true)]))
          }),
          { numRuns: 60 },
        )
      }, 120_000)

      it.each([1, 2, 3, 4, 5, 1023, 1024, 1025])(
        'of %i elements leaves what lies behind them',
        async (length) => {
          const view = (seed: number): View =>
            bench.view('float32', { ...rowMajorLayout([length]), offset: 4 }, sequence(length + 9, seed))
          const keys = await expectSame(mapOf([sum], [view(1), view(2)], [view(3)]))
          if (length > 1) expect(keys).toEqual([expect.stringContaining('map v 1')])
        },
      )

      it('adds a row and scales by a column in vectors', async () => {
        const shape = [6, 8]
        const x = bench.view('float32', shape, sequence(48))
        const row = bench.view('float32', { shape, strides: [0, 1], offset: 0 }, sequence(8, 5))
        const column = bench.view('float32', { shape, strides: [1, 0], offset: 0 }, sequence(6, 7))
        const expression = e.add(e.multiply(a, input(2, 'float32')), b)
        const [key] = await expectSame(mapOf([expression], [x, row, column], [bench.empty('float32', shape)]))
        expect(key).toMatch(/^map v 2 .* 1v,2v,3o/)
      })

      it('takes several elements at a time where there are many', async () => {
        const length = 2 ** 20 + 300
        const view = (seed: number): View =>
          bench.view('float32', { shape: [length], strides: [1], offset: 1 }, sequence(length + 1, seed))
        const [key] = await expectSame(mapOf([sum], [view(1), view(2)], [view(3)]))
        expect(key).toMatch(/^map 4 /)
      })

      it('gives coordinates along axes that run with and across memory', async () => {
        const shape = [5, 3, 20]
        const where = e.add(e.multiply(e.add(e.multiply(index(0), 10), index(1)), 100), index(2))
        await expectSame(mapOf([where], [], [bench.empty('int32', shape)]))
        const across = permuteLayout(rowMajorLayout([20, 3, 5]), [2, 1, 0])
        await expectSame(mapOf([where], [], [bench.view('int32', across, sequence(300))]))
      })

      it('has several outputs, one of them an input', async () => {
        const x = bench.view('float32', [5, 4], sequence(20))
        const y = bench.view('float32', [5, 4], sequence(20, 3))
        const flags = bench.empty('bool', [5, 4])
        await expectSame(mapOf([sum, e.less(a, b)], [x, y], [x, flags]))
      })

      it.each([0, 1])('does nothing unless its condition holds: %i', async (holds) => {
        const flag: View = {
          ...bench.view('bool', [2], [1 - holds, holds]),
          shape: [],
          strides: [],
          offset: 1,
        }
        const x = bench.view('float32', [7], sequence(7))
        await expectSame(mapOf([e.multiply(a, 3)], [x], [x], { when: flag }))
      })

      it('takes scalars anew each time', async () => {
        const x = bench.view('int32', [9], [...Array(9).keys()])
        const expression = e.add(e.multiply(input(0, 'int32'), scalar(0, 'int32')), scalar(1, 'int32'))
        const keys: (readonly string[])[] = []
        for (const scalars of [
          [2, 3],
          [-1, 7],
        ])
          keys.push(await expectSame(mapOf([expression], [x], [bench.empty('int32', [9])], { scalars })))
        expect(keys[0]).toEqual(keys[1])
      })
    })

    describe('a transposition', () => {
      it.each([
        [
          [64, 64],
          [1, 0],
        ],
        [
          [33, 50],
          [1, 0],
        ],
        [
          [3, 40, 70],
          [0, 2, 1],
        ],
        [
          [40, 3, 70],
          [2, 1, 0],
        ],
        [
          [20, 2, 3, 40],
          [3, 1, 2, 0],
        ],
      ])('of %j by %j goes through tiles', async (memory, order) => {
        const layout = permuteLayout(rowMajorLayout(memory), order)
        const x = bench.view('float32', layout, sequence(sizeOf(memory)))
        const [copy] = await expectSame(mapOf([a], [x], [bench.empty('float32', layout.shape)]))
        expect(copy).toMatch(/^transposed/)
        const other = bench.view('float32', layout.shape, sequence(sizeOf(memory), 9))
        const position = e.cast(e.add(index(0), index(layout.shape.length - 1)), 'float32')
        await expectSame(
          mapOf([e.add(sum, position), a], [x, other], [other, bench.empty('float32', layout.shape)]),
        )
      })

      it('stages as many inputs as workgroup memory holds', async () => {
        const layout = permuteLayout(rowMajorLayout([20, 20]), [1, 0])
        const inputs = [1, 2, 3, 4, 5].map((seed) => bench.view('float32', layout, sequence(400, seed)))
        const total = inputs.map((_, slot): Expr => input(slot, 'float32')).reduce((x, y) => e.add(x, y))
        await expectSame(mapOf([total], inputs, [bench.empty('float32', [20, 20])]))
      })

      it('of bytes, flags and halves', async () => {
        const layout = permuteLayout(rowMajorLayout([17, 40]), [1, 0])
        for (const dtype of ['uint8', 'bool', 'float16', 'int32'] as const) {
          const values = sequence(680).map((value) =>
            dtype === 'bool' ? Number(value > 0) : Math.abs(Math.trunc(value)),
          )
          await expectSame(
            mapOf([input(0, dtype)], [bench.view(dtype, layout, values)], [bench.empty(dtype, [40, 17])]),
          )
        }
      })
    })

    describe('more buffers than a shader may bind', () => {
      const facts = { ...PORTABLE, maximumStorageBuffers: 4 }

      it('are gathered before outputs are written', async () => {
        const shape = [3, 8]
        const views = [1, 2, 3, 4].map((seed) => bench.view('float32', shape, sequence(24, seed)))
        const row = bench.view('float32', { shape, strides: [0, 1], offset: 0 }, sequence(8, 6))
        const whole = bench.view('int32', shape, [...Array(24).keys()])
        const inputs = [...views, row, whole]
        const all = inputs.map((view, slot): Expr => e.cast(input(slot, view.dtype), 'float32'))
        const total = all.reduce((x, y) => e.add(x, y))
        const outputs = [...views.slice(0, 3), bench.empty('float32', shape), bench.empty('bool', shape)]
        const expressions = [total, e.multiply(total, 2), e.negate(total), e.add(total, 1), e.less(total, 0)]
        const flag: View = { ...bench.view('bool', [1], [1]), shape: [], strides: [] }
        for (const more of [{}, { when: flag }]) {
          const call = mapOf(expressions, inputs, outputs, more)
          const { got, wanted, plan } = await bench.both(call, facts)
          expect(differences(got, wanted)).toEqual([])
          for (const { bindings } of plan) expect(bindings.length).toBeLessThanOrEqual(4)
        }
      })
    })

    describe('keys', () => {
      const lay = (shape: Shape, seed: number): View =>
        bench.view('float32', shape, sequence(sizeOf(shape), seed))
      const keyOf = (shape: Shape): string | undefined =>
        planMap(mapOf([sum], [lay(shape, 1), lay(shape, 2)], [lay(shape, 3)]), PORTABLE)[0]?.shader.key

      it('do not depend on sizes, nor on ranks that come to the same', () => {
        expect(keyOf([8])).toBe(keyOf([400]))
        expect(keyOf([2, 3, 4])).toBe(keyOf([8]))
      })

      it('differ between expressions', () => {
        const other = planMap(
          mapOf([apply('add', [a, b], 'float32')], [lay([8], 1), lay([8], 2)], [lay([8], 3)]),
          PORTABLE,
        )
        expect(other[0]?.shader.key).not.toBe(keyOf([8]))
      })

      it('nothing is planned for nothing', () => {
        expect(planMap(mapOf([sum], [lay([0, 3], 1), lay([0, 3], 2)], [lay([0, 3], 3)]), PORTABLE)).toEqual(
          [],
        )
      })
    })
  },
)
