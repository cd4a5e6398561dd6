/**
 * Threefry-2x32 with 20 rounds on four counters at a time. Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011.
 */
import { i32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from '../emit/kit.js'

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]
const PARITY = 0x1bd11bda

/** Both words for a key and a counter of two words each. */
export function threefry(kit: Kit, operands: readonly Vector[]): readonly [Vector, Vector] {
  const [key0, key1, counter0, counter1] = operands as readonly [Vector, Vector, Vector, Vector]
  const keys = [key0, key1, kit.let(v128.xor(v128.xor(key0, key1), kit.word(PARITY)))]
  const keyOf = (number: number): Vector => keys[number % 3] as Vector
  const x = kit.let(i32x4.add(counter0, key0))
  const y = kit.let(i32x4.add(counter1, key1))
  for (let round = 0; round < 20; round++) {
    const rotation = ROTATIONS[round % 8] as number
    kit.f.set(x, i32x4.add(x, y))
    kit.f.set(y, v128.xor(v128.or(i32x4.shl(y, rotation), i32x4.shr_u(y, 32 - rotation)), x))
    if (round % 4 !== 3) continue
    const group = (round + 1) / 4
    kit.f.set(x, i32x4.add(x, keyOf(group)))
    kit.f.set(y, i32x4.add(i32x4.add(y, keyOf(group + 1)), kit.word(group)))
  }
  return [x, y]
}
