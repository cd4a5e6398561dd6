/**
 * The wide lane: Threefry-2x32-20 over blocks, the same rounds as `threefry2x32` of @nabla/backend. They are written
 * out in one loop: a call per element would box its words as heap numbers.
 */
type Values = Float64Array

/** One of the rounds' mixing steps: rotate, then xor with the new first word. */
function mix(first: number, second: number, rotation: number): number {
  return ((second << rotation) | (second >>> (32 - rotation))) ^ first
}

/** Keys in `a` and `b`, counters in `c` and `d`. */
function threefry(
  word: 0 | 1,
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
    const key0 = a[i + p]! | 0
    const key1 = b[j + p]! | 0
    const key2 = 0x1bd11bda ^ key0 ^ key1
    let x = ((c[k + p]! | 0) + key0) | 0
    let y = ((d[l + p]! | 0) + key1) | 0
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
    out[o + p] = (word === 0 ? x : y) >>> 0
  }
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
  threefry(0, n, out, o, a, i, b, j, c, k, d, l)
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
  threefry(1, n, out, o, a, i, b, j, c, k, d, l)
}
