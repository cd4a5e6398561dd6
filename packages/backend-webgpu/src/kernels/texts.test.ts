/** Texts of kernels with `f16` and with large subgroups, which the software device can't run: they compile. */
import {
  type DType,
  expressions as e,
  input,
  permuteLayout,
  type ReduceOperation,
  rowMajorLayout,
} from '@nabla/backend'
import { expect, it } from 'vitest'
import type { DeviceFacts } from '../plan/plan.js'
import { dummyComposite, dummyMap, dummyReduce, dummyView } from '../testing/call.js'
import { PORTABLE } from '../testing/plan-bench.js'
import { Validator } from '../testing/validate.js'
import { planComposite } from './map/composite.js'
import { planMap } from './map/map.js'
import { planReduce } from './reduce/reduce.js'

const validator = await Validator.open()
const HALF: DeviceFacts = {
  ...PORTABLE,
  float16: true,
  strength: 'strong',
  subgroups: { smallest: 32, largest: 64 },
}

it.each(['sum', 'product', 'maximum', 'minimum', 'argMax', 'argMin'] as ReduceOperation[])(
  'of %s',
  async (operation) => {
    for (const [shape, axes] of [
      [[8, 64], [1]],
      [[8, 63], [1]],
      [[8, 63], [0]],
      [[1 << 20], [0]],
    ] as const) {
      for (const dispatch of planReduce(dummyReduce(operation, dummyView('float16', shape), axes), HALF))
        expect(await validator.errors(dispatch)).toBe('')
    }
  },
)

it('of softmax', async () => {
  for (const shape of [
    [4, 64],
    [4, 63],
    [4, 6000],
  ]) {
    for (const name of ['softmax', 'logSoftmax'] as const) {
      for (const dispatch of planComposite(dummyComposite(name, dummyView('float16', shape), 1), HALF))
        expect(await validator.errors(dispatch)).toBe('')
    }
  }
})

it('of maps, plain and transposed', async () => {
  const types: DType[] = ['float16', 'float16']
  const sum = e.add(input(0, 'float16'), input(1, 'float16'))
  for (const shape of [[64], [1 << 21], [6, 5]]) {
    for (const dispatch of planMap(dummyMap(sum, types, shape), HALF))
      expect(await validator.errors(dispatch)).toBe('')
  }
  const call = dummyMap(sum, types, [40, 70])
  const across = dummyView('float16', permuteLayout(rowMajorLayout([70, 40]), [1, 0]))
  const [dispatch] = planMap({ ...call, inputs: [across, ...call.inputs.slice(1)] }, HALF)
  expect(dispatch?.shader.key).toMatch(/^transposed/)
  expect(dispatch && (await validator.errors(dispatch))).toBe('')
})
