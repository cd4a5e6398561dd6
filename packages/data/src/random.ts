/**
 * The random source of shuffling: small, seeded, the same on every machine. Not the tensors' random (Threefry, in
 * core): a permutation is drawn on the host, one number at a time, where a stateful generator is the fast way.
 *
 * Generator: xoshiro128** 1.1 (Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021); seeding
 * by the splitmix32 finaliser, as its authors recommend a generator of another kind for that.
 */
import { ValueError } from '@nabla/core'

/** Draws unsigned 32-bit integers. */
export type RandomSource = () => number

function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** Throws unless `seed` is a whole number, 0 or more. */
export function checkSeed(where: string, seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return
  throw new ValueError(where, {
    expected: 'a seed that is a whole number, 0 or more',
    received: String(seed),
    fix: 'pass e.g. seed: 0',
  })
}

/**
 * A generator for one (seed, stream) pair; different pairs give unrelated sequences.
 *
 * @param seed any safe integer, 0 or more
 * @param stream e.g. the epoch
 */
export function randomSource(seed: number, stream: number): RandomSource {
  checkSeed('random', seed)
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32), stream >>> 0, Math.floor(stream / 2 ** 32)]
  const state = new Uint32Array(4)
  let hash = 0x6e61626c
  for (let i = 0; i < 12; i++) {
    hash = mix(hash ^ (words[i % 4] ?? 0) ^ Math.imul(i + 1, 0x85ebca6b))
    state[i % 4] = (state[i % 4] as number) ^ hash
  }
  // The all-zero state is the one from which the generator never leaves.
  if (state.every((word) => word === 0)) state[0] = 1
  let [a = 1, b = 0, c = 0, d = 0] = state
  return () => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }
}

/** A uniform whole number from 0 to `bound - 1`, without the bias of a plain remainder. */
export function randomBelow(random: RandomSource, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound)
  let value = random()
  while (value >= limit) value = random()
  return value % bound
}

/** The whole numbers from `start` to `end - 1`. */
export function indexRange(start: number, end: number): Uint32Array {
  const range = new Uint32Array(Math.max(0, end - start))
  for (let i = 0; i < range.length; i++) range[i] = start + i
  return range
}

/**
 * A random order of `0 … length - 1` (Fisher–Yates), the same for the same arguments everywhere.
 *
 * @example permutation(4, 0, 0) // Uint32Array of 0, 1, 2, 3 in some order
 */
export function permutation(length: number, seed: number, stream: number): Uint32Array {
  const order = indexRange(0, length)
  const random = randomSource(seed, stream)
  for (let i = length - 1; i > 0; i--) {
    const j = randomBelow(random, i + 1)
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}
