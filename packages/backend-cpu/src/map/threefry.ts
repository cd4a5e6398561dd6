/**
 * The wide lane: Threefry-2x32-20 over blocks, the same rounds as `threefry2x32` of @nabla/backend without its arrays.
 */
type Values = Float64Array

const PARITY = 0x1bd11bda

/** One of the rounds' mixing steps: rotate, then xor with the new first word. */
function mix(first: number, second: number, rotation: number): number {
  return ((second << rotation) | (second >>> (32 - rotation))) ^ first
}

/** One word of the result; the rounds are written out, since a loop over them costs more than they do. */
function threefry(word: 0 | 1, key0: number, key1: number, counter0: number, counter1: number): number {
  const key2 = PARITY ^ key0 ^ key1
  let x = (counter0 + key0) | 0
  let y = (counter1 + key1) | 0
  x = (x + y) | 0
  y = mix(x, y, 13)
  x = (x + y) | 0
  y = mix(x, y, 15)
  x = (x + y) | 0
  y = mix(x, y, 26)
  x = (x + y) | 0
  y = mix(x, y, 6)
  x = (x + key1) | 0
  y = (y + key2 + 1) | 0
  x = (x + y) | 0
  y = mix(x, y, 17)
  x = (x + y) | 0
  y = mix(x, y, 29)
  x = (x + y) | 0
  y = mix(x, y, 16)
  x = (x + y) | 0
  y = mix(x, y, 24)
  x = (x + key2) | 0
  y = (y + key0 + 2) | 0
  x = (x + y) | 0
  y = mix(x, y, 13)
  x = (x + y) | 0
  y = mix(x, y, 15)
  x = (x + y) | 0
  y = mix(x, y, 26)
  x = (x + y) | 0
  y = mix(x, y, 6)
  x = (x + key0) | 0
  y = (y + key1 + 3) | 0
  x = (x + y) | 0
  y = mix(x, y, 17)
  x = (x + y) | 0
  y = mix(x, y, 29)
  x = (x + y) | 0
  y = mix(x, y, 16)
  x = (x + y) | 0
  y = mix(x, y, 24)
  x = (x + key1) | 0
  y = (y + key2 + 4) | 0
  x = (x + y) | 0
  y = mix(x, y, 13)
  x = (x + y) | 0
  y = mix(x, y, 15)
  x = (x + y) | 0
  y = mix(x, y, 26)
  x = (x + y) | 0
  y = mix(x, y, 6)
  x = (x + key2) | 0
  y = (y + key0 + 5) | 0
  return (word === 0 ? x : y) >>> 0
}

export function threefryFirst(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
  c: Values,
  k: number,
  d: Values,
  l: number,
): void {
  for (let p = 0; p < n; p++) {
    out[o + p] = threefry(0, a[i + p]! | 0, b[j + p]! | 0, c[k + p]! | 0, d[l + p]! | 0)
  }
}

export function threefrySecond(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
  c: Values,
  k: number,
  d: Values,
  l: number,
): void {
  for (let p = 0; p < n; p++) {
    out[o + p] = threefry(1, a[i + p]! | 0, b[j + p]! | 0, c[k + p]! | 0, d[l + p]! | 0)
  }
}
