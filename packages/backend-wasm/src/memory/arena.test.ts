/** The arena against a model: blocks never overlap, stay within the limit, and freed space is found again. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ALIGNMENT, Arena, roundedBytes } from './arena.js'

const FIRST = 1024
const LIMIT = 2 ** 20

it('rounds up to at most an eighth more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (bytes) => {
      const rounded = roundedBytes(bytes)
      expect(rounded % ALIGNMENT).toBe(0)
      expect(rounded).toBeGreaterThanOrEqual(Math.max(1, bytes))
      expect(rounded - bytes).toBeLessThanOrEqual(Math.max(ALIGNMENT, bytes / 8))
      expect(roundedBytes(rounded)).toBe(rounded)
    }),
  )
})

const steps = fc.array(
  fc.oneof(
    fc.record({ take: fc.integer({ min: 0, max: 100_000 }) }),
    fc.record({ give: fc.nat({ max: 1000 }) }),
  ),
  { maxLength: 200 },
)

it('hands out blocks that do not overlap, from memory that is there', () => {
  fc.assert(
    fc.property(steps, (list) => {
      let backed = 4096
      const arena = new Arena(FIRST, backed, LIMIT, (bytes) => {
        backed = bytes
        return true
      })
      const live: { at: number; size: number }[] = []
      for (const step of list) {
        if ('take' in step) {
          const size = roundedBytes(step.take)
          const at = arena.take(size)
          if (at === undefined) continue
          expect(at % ALIGNMENT).toBe(0)
          expect(at).toBeGreaterThanOrEqual(FIRST)
          expect(at + size).toBeLessThanOrEqual(backed)
          expect(at + size).toBeLessThanOrEqual(LIMIT)
          for (const other of live) expect(at + size <= other.at || other.at + other.size <= at).toBe(true)
          live.push({ at, size })
        } else if (live.length > 0) {
          const [gone] = live.splice(step.give % live.length, 1)
          if (gone !== undefined) arena.give(gone.at, gone.size)
        }
        const used = live.reduce((sum, { size }) => sum + size, 0)
        expect(arena.freeBytes + used).toBe(arena.reservedBytes)
      }
      // All of it comes together again.
      for (const { at, size } of live) arena.give(at, size)
      expect(arena.take(LIMIT - FIRST)).toBe(FIRST)
    }),
  )
})

it('gives up when memory does not grow', () => {
  const arena = new Arena(FIRST, 4096, LIMIT, () => false)
  expect(arena.take(2048)).toBe(FIRST)
  expect(arena.take(2048)).toBeUndefined()
})
