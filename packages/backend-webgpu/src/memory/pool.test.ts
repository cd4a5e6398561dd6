/** Size classes and the pool, on blocks that are no memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Block } from './block.js'
import { Pool } from './pool.js'
import { sizeClass } from './size-class.js'

const MIB = 2 ** 20

function makePool(isPending: (block: Block) => boolean = () => false) {
  const made: Block[] = []
  const destroyed: Block[] = []
  const pool = new Pool({
    largest: 2 ** 30,
    make(bytes) {
      const block = new Block(made.length, bytes, {} as GPUBuffer)
      made.push(block)
      return block
    },
    destroy: (block) => void destroyed.push(block),
    isPending,
  })
  const take = (bytes: number): Block => pool.take(bytes, 'a test')
  return { pool, take, made, destroyed }
}

describe('size classes', () => {
  it('waste an eighth at most, and are their own class', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 33 }), (bytes) => {
        const size = sizeClass(bytes)
        expect(size).toBeGreaterThanOrEqual(bytes)
        expect(size % 256).toBe(0)
        expect(sizeClass(size)).toBe(size)
        if (bytes > 2048) expect(size).toBeLessThan(bytes * 1.126)
      }),
    )
  })
})

describe('the pool', () => {
  it('hands out again what was released, the last first', () => {
    const { pool, take, made } = makePool()
    const [a, b] = [take(1000), take(900)]
    pool.give(a)
    pool.give(b)
    expect(take(1024)).toBe(b)
    expect(take(800)).toBe(a)
    expect(take(1000)).not.toBe(a)
    expect(made).toHaveLength(3)
    expect(pool).toMatchObject({ usedBytes: 3 * 1024, freeBytes: 0, peakBytes: 3 * 1024 })
  })

  it('gives back what is unused, the longest unused first, beyond what is in use', () => {
    const { pool, take, destroyed } = makePool()
    const blocks = Array.from({ length: 10 }, () => take(16 * MIB))
    for (const block of blocks.slice(0, 5)) pool.give(block)
    expect(destroyed).toEqual([])
    for (const block of blocks.slice(5)) pool.give(block)
    expect(destroyed).toEqual(blocks.slice(0, 6))
    expect(pool).toMatchObject({ usedBytes: 0, freeBytes: 64 * MIB, peakBytes: 160 * MIB })
    expect(take(16 * MIB)).toBe(blocks[9])
    pool.trim(0)
    expect(destroyed).toHaveLength(9)
    expect(pool.freeBytes).toBe(0)
  })

  it('leaves alone what commands wait to use', () => {
    const pending = new Set<Block>()
    const { pool, take, destroyed } = makePool((block) => pending.has(block))
    const [a, b] = [take(100 * MIB), take(100 * MIB)]
    pending.add(a)
    pool.give(a)
    pool.give(b)
    expect(destroyed).toEqual([])
    pending.clear()
    pool.trim(0)
    expect(destroyed).toEqual([a, b])
  })

  it('never goes beyond the largest block', () => {
    const { take } = makePool()
    expect(take(2 ** 30 - 16).bytes).toBe(2 ** 30)
  })
})
