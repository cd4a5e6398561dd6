/**
 * The float32 lane: loops that choose between operands, written on the bits of the numbers. As branches or as
 * `Math.max` they are mispredicted on real data, which costs more than all the rest.
 *
 * Floats compare like their bits read as sign-magnitude integers; `key` turns those into two's complement, and puts
 * NaN at the end where it wins.
 */
type Words = Int32Array

/** Orders like the float, -0 before +0, every NaN above all. The bits of infinity are 0x7f800000. */
function keyForMaximum(bits: number): number {
  const nan = (0x7f800000 - (bits & 0x7fffffff)) >> 31
  return ((bits ^ ((bits >> 31) >>> 1)) & ~nan) | (nan >>> 1)
}

/** The same with every NaN below all. */
function keyForMinimum(bits: number): number {
  const nan = (0x7f800000 - (bits & 0x7fffffff)) >> 31
  return ((bits ^ ((bits >> 31) >>> 1)) & ~nan) | (nan & ~(nan >>> 1))
}

export function maximum(n: number, out: Words, o: number, a: Words, i: number, b: Words, j: number): void {
  for (let p = 0; p < n; p++) {
    const x = a[i + p]!
    const y = b[j + p]!
    const keep = -(Number(keyForMaximum(x) >= keyForMaximum(y)) | 0)
    out[o + p] = (x & keep) | (y & ~keep)
  }
}

/** The usual maximum: what is negative becomes 0, NaN stays. */
function rectify(n: number, out: Words, o: number, a: Words, i: number): void {
  const whole = n & ~1
  let p = 0
  for (; p < whole; p += 2) {
    const x = a[i + p]!
    const y = a[i + p + 1]!
    out[o + p] = x & (~(x >> 31) | ((0x7f800000 - (x & 0x7fffffff)) >> 31))
    out[o + p + 1] = y & (~(y >> 31) | ((0x7f800000 - (y & 0x7fffffff)) >> 31))
  }
  if (p < n) out[o + p] = a[i + p]! & (~(a[i + p]! >> 31) | ((0x7f800000 - (a[i + p]! & 0x7fffffff)) >> 31))
}

export function maximumRight(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
): void {
  const y = b[j]!
  if (y === 0) {
    rectify(n, out, o, a, i)
    return
  }
  const key = keyForMaximum(y)
  for (let p = 0; p < n; p++) {
    const x = a[i + p]!
    const keep = -(Number(keyForMaximum(x) >= key) | 0)
    out[o + p] = (x & keep) | (y & ~keep)
  }
}

export function maximumLeft(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
): void {
  maximumRight(n, out, o, b, j, a, i)
}

export function minimum(n: number, out: Words, o: number, a: Words, i: number, b: Words, j: number): void {
  for (let p = 0; p < n; p++) {
    const x = a[i + p]!
    const y = b[j + p]!
    const keep = -(Number(keyForMinimum(x) <= keyForMinimum(y)) | 0)
    out[o + p] = (x & keep) | (y & ~keep)
  }
}

export function minimumRight(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
): void {
  const y = b[j]!
  const key = keyForMinimum(y)
  for (let p = 0; p < n; p++) {
    const x = a[i + p]!
    const keep = -(Number(keyForMinimum(x) <= key) | 0)
    out[o + p] = (x & keep) | (y & ~keep)
  }
}

export function minimumLeft(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
): void {
  minimumRight(n, out, o, b, j, a, i)
}

// Booleans are the floats 0 and 1, whose bits are 0 and 0x3f800000.

export function and(n: number, out: Words, o: number, a: Words, i: number, b: Words, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! & b[j + p]!
}

export function or(n: number, out: Words, o: number, a: Words, i: number, b: Words, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! | b[j + p]!
}

export function xor(n: number, out: Words, o: number, a: Words, i: number, b: Words, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! ^ b[j + p]!
}

/** All ones for the condition 1, zero for 0. */
function mask(condition: number): number {
  return (condition << 2) >> 31
}

export function select(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
  c: Words,
  k: number,
): void {
  for (let p = 0; p < n; p++) {
    const first = mask(a[i + p]!)
    out[o + p] = (b[j + p]! & first) | (c[k + p]! & ~first)
  }
}

/** A uniform where the condition does not hold, e.g. 0. */
export function selectElse(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
  c: Words,
  k: number,
): void {
  const otherwise = c[k]!
  for (let p = 0; p < n; p++) {
    const first = mask(a[i + p]!)
    out[o + p] = (b[j + p]! & first) | (otherwise & ~first)
  }
}

/** A uniform where the condition holds. */
export function selectThen(
  n: number,
  out: Words,
  o: number,
  a: Words,
  i: number,
  b: Words,
  j: number,
  c: Words,
  k: number,
): void {
  const then = b[j]!
  for (let p = 0; p < n; p++) {
    const first = mask(a[i + p]!)
    out[o + p] = (then & first) | (c[k + p]! & ~first)
  }
}
