/** Which kernel is chosen, for products that are typical of a kind; and the limits that tiles keep. */
import { type ContractCall, rowMajorLayout, type Shape, sizeOf, type View } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import type { DeviceFacts } from '../../plan/plan.js'
import { PORTABLE } from '../../testing/facts.js'
import { chooseWay, type Way } from './choose.js'
import { planContract } from './contract.js'
import { problemOf } from './problem.js'
import { slicesOf } from './slices.js'
import { invocationsOf, sharedBytesOf, TILES } from './tile.js'

let buffers = 0

function view(shape: Shape): View {
  const buffer = { id: buffers++, dtype: 'float32', length: sizeOf(shape) } as const
  return { buffer, dtype: 'float32', ...rowMajorLayout(shape) }
}

function call(batch: number, rows: number, depth: number, columns: number): ContractCall {
  return {
    kind: 'contract',
    label: 'matmul',
    batch: 1,
    rows: 1,
    columns: 1,
    contracted: 1,
    left: view([batch, rows, depth]),
    right: view([batch, depth, columns]),
    scalars: [],
    output: view([batch, rows, columns]),
  }
}

function nameOf({ transposed, slices, ...way }: Way): string {
  const kernel = way.kind === 'tiled' ? way.tile.name : `${way.direct.rows}×${way.direct.columns}`
  return `${kernel}${transposed ? ' transposed' : ''}${slices > 1 ? ' in slices' : ''}`
}

const strong: DeviceFacts = { ...PORTABLE, strength: 'strong' }
type Sizes = readonly [batch: number, rows: number, depth: number, columns: number]

const choice = (facts: DeviceFacts, sizes: Sizes): string =>
  nameOf(chooseWay(problemOf(call(...sizes)), facts))

describe('the choice of a kernel', () => {
  it.each<[string, Sizes, string, string]>([
    ['large matrices', [1, 4096, 4096, 4096], 'large', 'medium'],
    ['sizes that fit no tile', [1, 2047, 1021, 2047], 'large', 'medium'],
    ['a layer of a small network', [1, 128, 784, 512], 'team', 'team'],
    ['its last layer', [1, 128, 512, 10], '4×4', '4×4'],
    ['the gradient of a kernel', [1, 288, 7744, 64], 'team in slices', 'medium in slices'],
    ['a tall sum', [1, 784, 60_000, 128], 'large in slices', 'medium in slices'],
    ['many small matrices', [10_000, 16, 16, 16], '4×4', '4×4'],
    ['matrix times vector', [1, 4096, 4096, 1], '4×1', '4×1'],
    ['vector times matrix', [1, 1, 4096, 4096], '4×1 transposed in slices', '4×1 transposed'],
    ['few columns', [1, 4096, 4096, 16], 'narrow in slices', 'narrow in slices'],
    ['next to nothing', [1, 8, 8, 8], '1×1', '1×1'],
  ])('%s', (_, sizes, onStrong, onModest) => {
    expect([choice(strong, sizes), choice(PORTABLE, sizes)]).toEqual([onStrong, onModest])
  })

  it('keeps the limits of the device', () => {
    for (const tile of Object.values(TILES)) {
      expect(invocationsOf(tile)).toBeLessThanOrEqual(PORTABLE.maximumInvocations)
      expect(sharedBytesOf(tile)).toBeLessThanOrEqual(PORTABLE.workgroupBytes)
    }
    const few = { ...strong, maximumInvocations: 128 }
    expect(choice(few, [1, 4096, 4096, 4096])).toBe('medium')
  })
})

describe('plans', () => {
  it('have a second dispatch for slices, and none for nothing', () => {
    const [first, second, ...rest] = planContract(call(1, 784, 60_000, 128), strong)
    expect([first?.bindings.length, second?.bindings.length, rest.length]).toEqual([3, 2, 0])
    expect(planContract(call(1, 0, 4, 4), strong)).toEqual([])
  })

  it('have the same shader for other sizes of a kind', () => {
    const keys = [4096, 3000, 2048].map(
      (size) => planContract(call(1, size, size, size), strong)[0]?.shader.key,
    )
    expect(new Set(keys).size).toBe(1)
  })

  it('divide the contracted index into whole units, none empty', () => {
    expect(slicesOf(1000, 1, 16)).toEqual({ count: 1, chunk: 1008 })
    expect(slicesOf(1000, 4, 16)).toEqual({ count: 4, chunk: 256 })
    expect(slicesOf(100, 9, 16)).toEqual({ count: 7, chunk: 16 })
    expect(slicesOf(0, 1, 16)).toEqual({ count: 1, chunk: 16 })
  })
})
