/** The shaders of a device with `f16`, which the software device of the tests lacks: that they are valid. */
import { type Buffer, type KernelCall, type PoolGeometry, rowMajorLayout, type View } from '@nabla/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import { PORTABLE } from '../../testing/facts.js'
import { openNullDevice, shaderError } from '../../testing/null-device.js'
import { planCall } from '../../testing/plan-call.js'

let next = 0

function view(shape: readonly number[], dtype: 'float16' | 'int32' = 'float16'): View<Buffer> {
  const buffer = { id: next++, dtype, length: shape.reduce((a, b) => a * b) }
  return { buffer, dtype, ...rowMajorLayout(shape) }
}

const twoByTwo: PoolGeometry = {
  ...{ window: [2, 2], strides: [2, 2], dilation: [1, 1] },
  padding: [
    [0, 0],
    [0, 0],
  ],
}
const [image, windows] = [
  [1, 6, 6, 2],
  [1, 3, 3, 2],
]
const pools = { kind: 'pool', label: 'pool', by: view(image) } as const
const spread = { ...pools, mode: 'spread', source: view(windows), output: view(image) } as const
const scan = { kind: 'scan', label: 'scan', axis: 0, reverse: false, exclusive: false } as const
const repeated = { ...view([100], 'int32'), shape: [100, 8], strides: [1, 0] }
const scatter = {
  kind: 'scatter',
  label: 'put',
  axis: 0,
  updates: view([100, 8]),
  output: view([5, 8]),
} as const

const CALLS: readonly KernelCall[] = [
  {
    ...pools,
    mode: 'select',
    geometry: twoByTwo,
    source: view(image),
    output: view(windows),
  },
  { ...spread, geometry: twoByTwo },
  { ...spread, geometry: { ...twoByTwo, window: [3, 3] } },
  { ...scan, operation: 'sum', input: view([9, 40]), output: view([9, 40]) },
  { ...scan, operation: 'sum', input: view([50_000]), output: view([50_000]) },
  { ...scan, operation: 'minimum', input: view([50_000]), output: view([50_000]) },
  { kind: 'gather', label: 'take', axis: 0, input: view([5, 8]), indices: repeated, output: view([100, 8]) },
  {
    kind: 'gather',
    label: 'take',
    axis: 0,
    input: view([5]),
    indices: view([9], 'int32'),
    output: view([9]),
  },
  { ...scatter, operation: 'add', indices: repeated },
  { ...scatter, operation: 'set', indices: repeated },
  { ...scatter, operation: 'maximum', indices: view([100, 8], 'int32') },
  ...[100, 5000].map((length) => ({
    ...{ kind: 'sort' as const, label: 'sort', axis: 0, descending: true },
    ...{ input: view([length]), values: view([length]), indices: view([length], 'int32') },
  })),
]

describe('kernels along an axis on a device with f16', () => {
  let device: GPUDevice
  beforeAll(async () => {
    device = await openNullDevice(['shader-f16'])
  })

  it.each(CALLS.map((call, number) => [`${call.kind} ${number}`, call] as const))('%s', async (_, call) => {
    const plan = planCall(call, { ...PORTABLE, float16: true })
    for (const dispatch of plan) expect(await shaderError(device, dispatch)).toBeUndefined()
    expect(plan.some(({ bindings }) => bindings.some(({ element }) => element.includes('f16')))).toBe(true)
  })
})
