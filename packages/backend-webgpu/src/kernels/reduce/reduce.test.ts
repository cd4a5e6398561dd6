/** Reductions on the device against the CPU backend: every layout, every way of cutting, and sums that are long. */
import {
  type DType,
  type Expr,
  expressions as e,
  index,
  input,
  permuteLayout,
  type ReduceCall,
  type ReduceOperation,
  rowMajorLayout,
  type Shape,
  scalar,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeviceFacts } from '../../plan/plan.js'
import { describeOnBench, differences, type PlanBench, PORTABLE, sequence } from '../../testing/plan-bench.js'
import { resultType } from './fold.js'
import { planReduce } from './reduce.js'
import { chooseShape } from './shape.js'

let bench: PlanBench
const STRONG: DeviceFacts = { ...PORTABLE, strength: 'strong' }
const withSubgroups = (smallest: number): DeviceFacts => ({ ...STRONG, subgroups: { smallest, largest: 4 } })

const kept = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length))

function reduceOf(
  operation: ReduceOperation,
  x: View,
  axes: readonly number[],
  more: Partial<ReduceCall> = {},
): ReduceCall {
  const output = bench.empty(resultType(operation, x.dtype), kept(x.shape, axes))
  return {
    kind: 'reduce',
    label: 'test',
    operation,
    shape: x.shape,
    axes,
    expression: input(0, x.dtype),
    inputs: [x],
    scalars: [],
    output,
    ...more,
  }
}

async function expectSame(call: ReduceCall, facts = PORTABLE): Promise<number> {
  const { got, wanted, plan } = await bench.both(call, facts)
  expect(differences(got, wanted)).toEqual([])
  return plan.length
}

const OPERATIONS: readonly (readonly [ReduceOperation, DType])[] = [
  ['sum', 'float32'],
  ['maximum', 'float32'],
  ['minimum', 'int32'],
  ['any', 'bool'],
  ['argMax', 'float32'],
  ['argMin', 'int32'],
  ['sum', 'uint8'],
]

const valuesFor = (dtype: DType, length: number): number[] =>
  sequence(length).map((value) =>
    dtype === 'float32' ? value : dtype === 'bool' ? Number(value > 4) : Math.abs(Math.trunc(value)),
  )

describeOnBench(
  'reductions on a device',
  (opened) => {
    bench = opened
  },
  () => {
    describe('a reduction', () => {
      it('is the same wherever its elements lie and however it is cut', async () => {
        const cases = fc.record({
          shape: fc.array(fc.constantFrom(1, 2, 3, 4, 8, 33, 40), { minLength: 1, maxLength: 4 }),
          order: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
          reduces: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
          offset: fc.constantFrom(0, 4, 1),
          kind: fc.constantFrom(...OPERATIONS),
          facts: fc.constantFrom(PORTABLE, STRONG, withSubgroups(2), withSubgroups(4)),
        })
        await fc.assert(
          fc.asyncProperty(
            cases,
            async ({ shape, order, reduces, offset, kind: [operation, dtype], facts }) => {
              const memory = [...shape.keys()].sort(
                (x, y) => (order[x] as number) - (order[y] as number) || x - y,
              )
              const back = permuteLayout(
                rowMajorLayout(memory.map((axis) => shape[axis] as number)),
                shape.map((_, axis) => memory.indexOf(axis)),
              )
              const x = bench.view(dtype, { ...back, offset }, valuesFor(dtype, sizeOf(shape) + offset))
              const axes = [...shape.keys()].filter((axis) => reduces[axis])
              await expectSame(reduceOf(operation, x, axes), facts)
            },
          ),
          { numRuns: 60 },
        )
      }, 120_000)

      it.each([
        [[120000], [0]],
        [[4, 80000], [1]],
        [[5000, 4], [0]],
        [
          [33, 7, 3001],
          [0, 2],
        ],
      ])(
        'of %j over %j is cut into slices on a strong device',
        async (shape, axes) => {
          for (const [operation, dtype] of OPERATIONS) {
            const x = bench.view(dtype, shape, valuesFor(dtype, sizeOf(shape)))
            for (const facts of [STRONG, withSubgroups(4)])
              expect(await expectSame(reduceOf(operation, x, axes), facts)).toBe(2)
          }
        },
        120_000,
      )

      it('maps before and after, with coordinates, scalars and further inputs, in one pass and in two', async () => {
        const [a, b, s] = [input(0, 'float32'), input(1, 'float32'), scalar(0, 'float32')]
        const where = e.cast(e.subtract(index(0), e.remainder(index(1), 3)), 'float32')
        const expression = e.add(e.multiply(e.add(a, s), b), where)
        const post = e.subtract(e.add(e.multiply(a, s), b), e.cast(index(0), 'float32'))
        for (const shape of [
          [3, 8],
          [2, 80000],
        ]) {
          const x = bench.view('float32', shape, sequence(sizeOf(shape)))
          const row = bench.view(
            'float32',
            { shape, strides: [0, 1], offset: 0 },
            sequence(shape[1] as number, 4),
          )
          const target = bench.view('float32', [shape[0] as number, 1], sequence(shape[0] as number, 2))
          const more = {
            expression,
            inputs: [x, row],
            scalars: [2],
            post,
            postInputs: [target],
            output: target,
          }
          const cut = await expectSame(reduceOf('sum', x, [1], more), STRONG)
          expect(cut).toBe(shape[1] === 8 ? 1 : 2)
        }
      })

      it('of nothing, and to nothing', async () => {
        for (const [operation, dtype] of OPERATIONS) {
          if (operation.startsWith('arg')) continue
          await expectSame(reduceOf(operation, bench.view(dtype, [3, 0], []), [1]))
        }
        expect(planReduce(reduceOf('sum', bench.view('float32', [0, 3], []), [1]), PORTABLE)).toEqual([])
      })

      it('takes the first of equals and NaN for the extreme, across slices too', async () => {
        const values = new Array<number>(30000).fill(1)
        for (const [at, value] of [
          [29000, 5],
          [12345, 5],
          [20000, -0],
          [10001, 0],
        ] as const)
          values[at] = value
        for (const operation of ['argMax', 'argMin'] as const) {
          for (const facts of [STRONG, withSubgroups(4)])
            await expectSame(reduceOf(operation, bench.view('float32', [30000], values), [0]), facts)
          const withNaN = values.with(25000, Number.NaN).with(26000, Number.NaN)
          for (const facts of [STRONG, withSubgroups(4)])
            await expectSame(reduceOf(operation, bench.view('float32', [30000], withNaN), [0]), facts)
        }
      })
    })

    describe('a long sum', () => {
      it.each([PORTABLE, STRONG, withSubgroups(4)])('loses no small terms', async (facts) => {
        const length = 2 ** 21 + 5
        const ones = bench.view('float32', { shape: [length], strides: [0], offset: 0 }, [1])
        const call = reduceOf('sum', ones, [0])
        await bench.run(call, facts)
        expect(await bench.contents(call.output)).toEqual([length])
        const small = e.select(
          e.equal(index(0), 0),
          input(0, 'float32'),
          e.multiply(input(0, 'float32'), 2 ** -25),
        )
        const mixed = reduceOf('sum', ones, [0], { expression: small })
        await bench.run(mixed, facts)
        const [sum = 0] = await bench.contents(mixed.output)
        expect(Math.abs(sum - (1 + (length - 1) * 2 ** -25))).toBeLessThan(2e-6)
      })

      it('goes through no chain of more than a few dozen additions', () => {
        for (const isOuter of [true, false]) {
          for (const kept of [1, 10, 1e6]) {
            for (const units of [1e3, 1e6, 1e8]) {
              for (const strength of ['software', 'strong'] as const) {
                const { along, slice, slices } = chooseShape(
                  { kept, units, isOuter, isRounded: true },
                  { maximumInvocations: 256, strength },
                )
                expect(slice / along).toBeLessThanOrEqual(512)
                expect(slices * slice).toBeGreaterThanOrEqual(units)
                expect((slices - 1) * slice).toBeLessThan(units)
              }
            }
          }
        }
      })
    })

    describe('more buffers than a shader may bind', () => {
      it('are mapped before and after', async () => {
        const shape = [4, 6]
        const inputs = [1, 2, 3, 4].map((seed) => bench.view('float32', shape, sequence(24, seed)))
        const expression = inputs.map((_, slot): Expr => input(slot, 'float32')).reduce((x, y) => e.add(x, y))
        const postInputs = [1, 2].map((seed) => bench.view('float32', [4, 1], sequence(4, seed)))
        const post = e.add(e.multiply(input(0, 'float32'), input(1, 'float32')), input(2, 'float32'))
        const call = reduceOf('sum', inputs[0] as View, [1], { expression, inputs, post, postInputs })
        const { got, wanted, plan } = await bench.both(call, { ...PORTABLE, maximumStorageBuffers: 3 })
        expect(differences(got, wanted)).toEqual([])
        for (const { bindings } of plan) expect(bindings.length).toBeLessThanOrEqual(3)
      })
    })

    it('one shader serves all sizes', () => {
      const keysOf = (shape: Shape): (string | undefined)[] =>
        planReduce(reduceOf('sum', bench.view('float32', shape, sequence(sizeOf(shape))), [1]), STRONG).map(
          ({ shader }) => shader.key,
        )
      expect(keysOf([8, 16])).toEqual(keysOf([300, 400]))
    })
  },
)
