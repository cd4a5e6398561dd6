/** softmax and its logarithm on the device against the CPU backend: short lines, long ones, along any axis. */
import {
  type CompositeCall,
  type CompositeName,
  permuteLayout,
  rowMajorLayout,
  sizeOf,
  type View,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import type { DeviceFacts } from '../../plan/plan.js'
import { describeOnBench, type PlanBench, PORTABLE, sequence } from '../../testing/plan-bench.js'

let bench: PlanBench
const STRONG: DeviceFacts = { ...PORTABLE, strength: 'strong' }
const DEVICES = [PORTABLE, STRONG, { ...STRONG, subgroups: { smallest: 4, largest: 4 } }]
const NAMES: readonly CompositeName[] = ['softmax', 'logSoftmax']

function call(name: CompositeName, input: View, output: View, axis: number): CompositeCall {
  return { kind: 'composite', label: name, name, attributes: { axis }, inputs: [input], outputs: [output] }
}

async function expectClose(call: CompositeCall, facts: DeviceFacts = PORTABLE): Promise<void> {
  const { name } = call
  const { got, wanted } = await bench.both(call, facts)
  const [line = []] = got
  line.forEach((value, i) => {
    const right = wanted[0]?.[i] as number
    if (Number.isNaN(right) || !Number.isFinite(right)) expect(value).toBe(right)
    else
      expect(Math.abs(value - right)).toBeLessThanOrEqual(
        1e-6 * Math.max(name === 'softmax' ? 1e-3 : 1, Math.abs(right)),
      )
  })
}

describeOnBench(
  'composites on a device',
  (opened) => {
    bench = opened
  },
  () => {
    describe.each(NAMES)('%s', (name) => {
      it.each([
        [[5], 0],
        [[128, 10], 1],
        [[3, 64], 1],
        [[3, 4096], 1],
        [[2, 4100], 1],
        [[2, 1030], 1],
        [[40, 33], 0],
        [[2, 2000, 3], 1],
      ])('of %j along axis %i', async (shape, axis) => {
        const x = bench.view('float32', shape, sequence(sizeOf(shape)))
        for (const facts of DEVICES)
          await expectClose(call(name, x, bench.empty('float32', shape), axis), facts)
      })

      it('of transposed lines, and in place', async () => {
        const x = bench.view('float32', permuteLayout(rowMajorLayout([8, 20]), [1, 0]), sequence(160))
        await expectClose(call(name, x, bench.empty('float32', [20, 8]), 1))
        await expectClose(call(name, x, x, 1))
        const row = bench.view('float32', [4, 8], sequence(32))
        await expectClose(call(name, row, row, 1))
      })

      it.each([4, 2000, 5000])('of lines of %i with infinities and NaN', async (length) => {
        const places = [0, 1, length - 1]
        const rows = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, -1e30, 200].flatMap(
          (value) => places.map((at) => sequence(length).with(at, value)),
        )
        rows.push(new Array<number>(length).fill(Number.NEGATIVE_INFINITY))
        const x = bench.view('float32', [rows.length, length], rows.flat())
        for (const facts of DEVICES)
          await expectClose(call(name, x, bench.empty('float32', x.shape), 1), facts)
      })
    })
  },
)
