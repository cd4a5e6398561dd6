/** Threefry-2x32 with 20 rounds (Salmon et al., SC 2011): both words for a key and a counter of two words each. */
import { wgslFunction } from './wgsl-function.js'

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]

function rounds(first: number): string {
  return ROTATIONS.slice(first, first + 4)
    .map((count) => `  x.x += x.y; x.y = ((x.y << ${count}u) | (x.y >> ${32 - count}u)) ^ x.x;`)
    .join('\n')
}

const KEYS = ['key.x', 'key.y', 'parity']

function group(number: number): string {
  const [first, second] = [KEYS[(number + 1) % 3], KEYS[(number + 2) % 3]]
  return `${rounds((number % 2) * 4)}\n  x += vec2<u32>(${first}, ${second} + ${number + 1}u);`
}

export const THREEFRY = wgslFunction(`fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let parity = 0x1bd11bdau ^ key.x ^ key.y;
  var x = counter + key;
${[0, 1, 2, 3, 4].map(group).join('\n')}
  return x;
}`)
