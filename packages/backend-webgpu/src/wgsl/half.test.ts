/** float16 in words: all bit patterns, and rounding to them. */
import { expressions as e, fromHalfBits, input, roundToHalf } from '@nabla/backend'
import { expect, it } from 'vitest'
import { describeOnBench, type PlanBench } from '../testing/plan-bench.js'

let bench: PlanBench

describeOnBench(
  'halves on a device',
  (opened) => {
    bench = opened
  },
  () => {
    it('every half is read and written as it is', async () => {
      const all = Array.from({ length: 65536 }, (_, bits) => fromHalfBits(bits))
      const x = bench.view('float16', [65536], all)
      for (const dtype of ['float16', 'float32'] as const) {
        const output = bench.empty(dtype, [65536])
        const expressions = [e.cast(input(0, 'float16'), dtype)]
        await bench.run({
          kind: 'map',
          label: 'test',
          shape: [65536],
          expressions,
          inputs: [x],
          scalars: [],
          outputs: [output],
        })
        expect(await bench.contents(output)).toEqual(all)
      }
    })

    it('float32 is rounded to the nearest half, ties to even', async () => {
      const halves = [
        0,
        2 ** -24,
        3 * 2 ** -24,
        2 ** -14,
        1,
        1 + 2 ** -10,
        1 + 2 ** -9,
        2047,
        2048,
        65504,
        65536,
      ]
      const values = halves.flatMap((half) =>
        [
          half,
          half + 2 ** -25,
          half * (1 + 2 ** -11),
          half * (1 + 3 * 2 ** -12),
          half * (1 - 2 ** -12),
          -half * (1 + 2 ** -12),
        ].map(Math.fround),
      )
      values.push(65519.99, 65520, 1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN)
      const x = bench.view('float32', [values.length], values)
      const output = bench.empty('float16', [values.length])
      const expressions = [e.cast(input(0, 'float32'), 'float16')]
      await bench.run({
        kind: 'map',
        label: 'test',
        shape: [values.length],
        expressions,
        inputs: [x],
        scalars: [],
        outputs: [output],
      })
      expect(await bench.contents(output)).toEqual(values.map((value) => roundToHalf(Math.fround(value))))
    })
  },
)
