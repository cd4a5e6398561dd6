/**
 * Threefry-2x32 with 20 rounds, the counter-based generator behind all randomness: the same key and counter give the
 * same bits on every backend. Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
 * checked against the known-answer vectors of the authors' Random123 library.
 */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const
const PARITY = 0x1bd11bda

/** Both words for a key and a counter of two 32-bit words each. */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const keys = [key0 | 0, key1 | 0, PARITY ^ key0 ^ key1] as const
  let first = (counter0 + keys[0]) | 0
  let second = (counter1 + keys[1]) | 0
  for (let group = 0; group < 5; group++) {
    for (let round = 0; round < 4; round++) {
      const rotation = ROTATIONS[(group % 2) * 4 + round] as number
      first = (first + second) | 0
      second = ((second << rotation) | (second >>> (32 - rotation))) ^ first
    }
    first = (first + (keys[(group + 1) % 3] as number)) | 0
    second = (second + (keys[(group + 2) % 3] as number) + group + 1) | 0
  }
  return [first >>> 0, second >>> 0]
}
