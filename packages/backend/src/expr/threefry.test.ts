import { describe, expect, it } from 'vitest'
import { threefry2x32 } from './threefry.js'

const hex = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ')

describe('threefry2x32', () => {
  // The known answers of the Random123 library for threefry2x32 with 20 rounds: counter, key, result.
  it.each<[counter: [number, number], key: [number, number], answer: string]>([
    [[0, 0], [0, 0], '6b200159 99ba4efe'],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '1cb996fc bb002be7'],
    [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], 'c4923a9c 483df7a0'],
  ])('counter %j under key %j gives %s', (counter, key, answer) => {
    expect(hex(threefry2x32(...key, ...counter))).toBe(answer)
  })

  it('takes words as signed or unsigned alike', () => {
    expect(threefry2x32(-1, -1, -1, -1)).toEqual(threefry2x32(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff))
  })

  it('half of the output bits change with one bit of the counter', () => {
    let changed = 0
    for (let counter = 0; counter < 64; counter++) {
      const [a, b] = threefry2x32(1, 2, counter, 0)
      const [c, d] = threefry2x32(1, 2, counter ^ 1, 0)
      for (const word of [a ^ c, b ^ d]) for (let bit = 0; bit < 32; bit++) changed += (word >>> bit) & 1
    }
    expect(changed / 64 / 64).toBeGreaterThan(0.45)
    expect(changed / 64 / 64).toBeLessThan(0.55)
  })
})
