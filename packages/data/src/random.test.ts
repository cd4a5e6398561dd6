import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexRange, permutation, randomBelow, randomSource } from './random.js'

describe('permutation', () => {
  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), fc.nat(), (length, seed, stream) => {
        expect(permutation(length, seed, stream).slice().sort()).toEqual(indexRange(0, length))
      }),
    )
  })

  it('is a function of seed and stream, and differs between them', () => {
    expect(permutation(50, 1, 2)).toEqual(permutation(50, 1, 2))
    const others = [
      permutation(50, 2, 1),
      permutation(50, 1, 3),
      permutation(50, 2, 2),
      permutation(50, 1 + 2 ** 32, 2),
    ]
    for (const other of others) expect(other).not.toEqual(permutation(50, 1, 2))
  })

  it('stays as it is between versions: saved positions depend on it', () => {
    expect(Array.from(permutation(8, 42, 1))).toMatchInlineSnapshot(`
      [
        5,
        4,
        0,
        7,
        1,
        2,
        3,
        6,
      ]
    `)
  })

  it('puts every index everywhere about equally often', () => {
    const counts = new Uint32Array(16)
    for (let seed = 0; seed < 4000; seed++) {
      const order = permutation(4, seed, 0)
      order.forEach((value, place) => {
        counts[place * 4 + value] = (counts[place * 4 + value] ?? 0) + 1
      })
    }
    // 1000 expected, standard deviation 27.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(140)
  })
})

describe('randomSource', () => {
  it('fills the range of randomBelow evenly', () => {
    const random = randomSource(7, 7)
    const counts = [0, 0, 0]
    for (let i = 0; i < 3000; i++) {
      const value = randomBelow(random, 3)
      counts[value] = (counts[value] ?? 0) + 1
    }
    // 1000 expected, standard deviation 26.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130)
  })

  it('refuses seeds that are no whole numbers', () => {
    expect(() => randomSource(0.5, 0)).toThrow(/a seed that is a whole number, 0 or more; received 0.5/)
    expect(() => randomSource(-1, 0)).toThrow(/seed/)
  })
})
