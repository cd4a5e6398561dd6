/**
 * The wide lane: Threefry-2x32-20 over blocks, the same rounds as `threefry2x32` of @nabla/backend without its arrays.
 */
type Values = Float64Array

const PARITY = 0x1bd11bda

/** One quarter of the rounds' mixing: rotate, then xor with the new first word. */
function mix(first: number, second: number, rotation: number): number {
  return ((second << rotation) | (second >>> (32 - rotation))) ^ first
}

/** The words of the last call; a pair would have to be allocated per element. */
let firstWord = 0
let secondWord = 0

function threefry(key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = PARITY ^ key0 ^ key1
  let x = (counter0 + key0) | 0
  let y = (counter1 + key1) | 0
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1
    x = (x + y) | 0
    y = mix(x, y, odd ? 13 : 17)
    x = (x + y) | 0
    y = mix(x, y, odd ? 15 : 29)
    x = (x + y) | 0
    y = mix(x, y, odd ? 26 : 16)
    x = (x + y) | 0
    y = mix(x, y, odd ? 6 : 24)
    // The keys go round: key1 and key2, key2 and key0, key0 and key1 …
    const turn = group % 3
    x = (x + (turn === 1 ? key1 : turn === 2 ? key2 : key0)) | 0
    y = (y + (turn === 1 ? key2 : turn === 2 ? key0 : key1) + group) | 0
  }
  firstWord = x >>> 0
  secondWord = y >>> 0
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
    threefry(a[i + p]! | 0, b[j + p]! | 0, c[k + p]! | 0, d[l + p]! | 0)
    out[o + p] = firstWord
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
    threefry(a[i + p]! | 0, b[j + p]! | 0, c[k + p]! | 0, d[l + p]! | 0)
    out[o + p] = secondWord
  }
}
