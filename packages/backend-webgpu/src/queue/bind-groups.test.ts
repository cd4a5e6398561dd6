/** The cache of bind groups, on a device that only counts. */
import { expect, it } from 'vitest'
import { Block } from '../memory/block.js'
import { BindGroups } from './bind-groups.js'
import type { Layout } from './layouts.js'

const layout = { id: 1, uniformBytes: 256 } as Layout
let next = 0
const block = (): Block => new Block(next++, 256, {} as GPUBuffer)
const uniforms = block()

function makeCache() {
  let made = 0
  const createBindGroup = (): GPUBindGroup => ({ label: String(made++) }) as GPUBindGroup
  const groups = new BindGroups({ createBindGroup } as unknown as GPUDevice)
  return { groups, of: (...blocks: Block[]) => groups.of(layout, uniforms, blocks, (make) => make()) }
}

it('finds again what was bound before, in the same order', () => {
  const { groups, of } = makeCache()
  const [a, b] = [block(), block()]
  const first = of(a, b)
  expect(of(a, b)).toBe(first)
  expect(of(b, a)).not.toBe(first)
  expect(groups).toMatchObject({ made: 2, count: 2 })
})

it('forgets what has a destroyed block', () => {
  const { groups, of } = makeCache()
  const [a, b, c] = [block(), block(), block()]
  of(a, b)
  of(b, c)
  const kept = of(c)
  groups.drop(b)
  expect(groups.count).toBe(1)
  expect(of(c)).toBe(kept)
})

it('keeps those in use when there are too many', () => {
  const { groups, of } = makeCache()
  const first = block()
  const kept = of(first)
  for (let i = 0; i < 5000; i++) {
    of(block())
    expect(of(first)).toBe(kept)
  }
  expect(groups.count).toBeLessThanOrEqual(2048)
})
