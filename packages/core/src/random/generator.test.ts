import { type Expr, expressions as e, input, scalar, threefry2x32 } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { tensor } from '../ops/creation/index.js'
import { map } from '../primitives/map.js'
import { defaultGenerator, Generator, normal, setSeed, uniform } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('threefry2x32-20', () => {
  // Known-answer vectors of the Random123 library (kat_vectors).
  test.each([
    { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    {
      key: [0xffffffff, 0xffffffff],
      counter: [0xffffffff, 0xffffffff],
      words: [0x1cb996fc, 0xbb002be7],
    },
    {
      key: [0x13198a2e, 0x03707344],
      counter: [0x243f6a88, 0x85a308d3],
      words: [0xc4923a9c, 0x483df7a0],
    },
  ])('key $key, counter $counter', async ({ key, counter, words }) => {
    const numbers = [...key, ...counter] as [number, number, number, number]
    expect(threefry2x32(...numbers)).toEqual(words)
    const operands = [0, 1, 2, 3].map((slot) => scalar(slot, 'uint32')) as [Expr, Expr, Expr, Expr]
    const like = tensor([0], { dtype: 'uint32' })
    const drawn = [0, 1] as const
    for (const word of drawn) {
      const bits = e.add(e.threefry(word, ...operands), input(0, 'uint32'))
      expect(await map('bits', bits, [like], numbers).array()).toEqual([words[word]])
    }
  })
})

describe('Generator', () => {
  test('gives the same numbers for the same seed, and others for another', async () => {
    const draw = async (seed: number): Promise<Float32Array> =>
      uniform([5], { generator: new Generator(seed) }).data()
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
    expect(await draw(2 ** 40)).not.toEqual(await draw(0))
  })

  test('draws new numbers each time, which do not depend on the shape they are asked for in', async () => {
    const generator = new Generator(3)
    const first = await uniform([2, 3], { generator }).data()
    expect(await uniform([2, 3], { generator }).data()).not.toEqual(first)
    expect(await uniform([6], { generator: new Generator(3) }).data()).toEqual(first)
    expect(await uniform([1, 3, 2], { generator: new Generator(3) }).data()).toEqual(first)
  })

  test('goes on from its state, which is plain data', async () => {
    const generator = new Generator(9)
    uniform([1], { generator })
    const state = JSON.parse(JSON.stringify(generator.state())) as ReturnType<Generator['state']>
    const next = await uniform([4], { generator }).data()
    expect(await uniform([4], { generator: Generator.from(state) }).data()).toEqual(next)
    generator.restore(state)
    expect(await uniform([4], { generator }).data()).toEqual(next)
  })

  test('goes on with a new key when its draws are used up', () => {
    const generator = Generator.from({ key: [1, 2], draws: 2 ** 32 - 1 })
    const [key0, key1, draw] = generator.next()
    expect([key0, key1]).not.toEqual([1, 2])
    expect(draw).toBe(0)
    expect(generator.next()).toEqual([key0, key1, 1])
  })

  test('splits into independent generators and goes on differently', async () => {
    const generator = new Generator(5)
    const parts = generator.split(3)
    const draws = await Promise.all(
      [...parts, generator, new Generator(5)].map((each) => uniform([3], { generator: each }).data()),
    )
    expect(new Set(draws.map(String)).size).toBe(5)
    const again = new Generator(5).split(3).map((each) => each.state().key)
    expect(again).toEqual(parts.map((each) => each.state().key))
  })

  test('folds a number in, whatever was drawn before', () => {
    const generator = new Generator(5)
    const folded = generator.fold(7).state()
    generator.next()
    expect(generator.fold(7).state()).toEqual(folded)
    expect(generator.fold(8).state()).not.toEqual(folded)
  })

  test('setSeed starts the default generator again', async () => {
    setSeed(42)
    const first = await normal([3]).data()
    expect(await normal([3]).data()).not.toEqual(first)
    setSeed(42)
    expect(await normal([3]).data()).toEqual(first)
    expect(defaultGenerator().state().draws).toBe(1)
  })

  test('explains a seed that is none', () => {
    expect(() => new Generator(-1)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Generator: expected a whole number from 0 to 2^53 - 1 as seed; received -1. Fix: pass for example 42.]`,
    )
    expect(() => setSeed(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Generator: expected a whole number from 0 to 2^53 - 1 as seed; received 0.5. Fix: pass for example 42.]`,
    )
  })

  test('numbers the elements in row-major order', async () => {
    const generator = new Generator(11)
    const key = generator.state().key
    const drawn = await uniform([2, 2], { generator }).data()
    const words = [0, 1, 2, 3].map((element) => threefry2x32(...key, element, 0)[0])
    expect([...drawn]).toEqual(words.map((word) => (word >>> 8) * 2 ** -24))
  })
})
