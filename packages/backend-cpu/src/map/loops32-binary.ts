/**
 * The float32 lane: loops of the instructions with two and three operands that work on values. Storing into a
 * Float32Array rounds, once per instruction. `…Right` and `…Left` take a uniform right or left operand.
 *
 * The commonest loops do four elements per turn: their own checks and counting cost more than the arithmetic.
 */
type Values = Float32Array

export function add(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = a[i + p]! + b[j + p]!
    out[o + p + 1] = a[i + p + 1]! + b[j + p + 1]!
    out[o + p + 2] = a[i + p + 2]! + b[j + p + 2]!
    out[o + p + 3] = a[i + p + 3]! + b[j + p + 3]!
  }
  for (; p < n; p++) out[o + p] = a[i + p]! + b[j + p]!
}

export function addRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = a[i + p]! + right
    out[o + p + 1] = a[i + p + 1]! + right
    out[o + p + 2] = a[i + p + 2]! + right
    out[o + p + 3] = a[i + p + 3]! + right
  }
  for (; p < n; p++) out[o + p] = a[i + p]! + right
}

export function addLeft(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  addRight(n, out, o, b, j, a, i)
}

export function subtract(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = a[i + p]! - b[j + p]!
    out[o + p + 1] = a[i + p + 1]! - b[j + p + 1]!
    out[o + p + 2] = a[i + p + 2]! - b[j + p + 2]!
    out[o + p + 3] = a[i + p + 3]! - b[j + p + 3]!
  }
  for (; p < n; p++) out[o + p] = a[i + p]! - b[j + p]!
}

export function subtractRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! - right
}

export function subtractLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const left = a[i]!
  for (let p = 0; p < n; p++) out[o + p] = left - b[j + p]!
}

export function multiply(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = a[i + p]! * b[j + p]!
    out[o + p + 1] = a[i + p + 1]! * b[j + p + 1]!
    out[o + p + 2] = a[i + p + 2]! * b[j + p + 2]!
    out[o + p + 3] = a[i + p + 3]! * b[j + p + 3]!
  }
  for (; p < n; p++) out[o + p] = a[i + p]! * b[j + p]!
}

export function multiplyRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = a[i + p]! * right
    out[o + p + 1] = a[i + p + 1]! * right
    out[o + p + 2] = a[i + p + 2]! * right
    out[o + p + 3] = a[i + p + 3]! * right
  }
  for (; p < n; p++) out[o + p] = a[i + p]! * right
}

export function multiplyLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  multiplyRight(n, out, o, b, j, a, i)
}

export function divide(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! / b[j + p]!
}

export function divideRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! / right
}

export function divideLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const left = a[i]!
  for (let p = 0; p < n; p++) out[o + p] = left / b[j + p]!
}

export function remainder(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! % b[j + p]!
}

export function power(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) {
    const base = a[i + p]!
    out[o + p] = base === 1 ? 1 : base ** b[j + p]!
  }
}

/** Small whole exponents are products: an order of magnitude faster. */
export function powerRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const exponent = b[j]!
  if (exponent === 2) {
    for (let p = 0; p < n; p++) {
      const base = a[i + p]!
      out[o + p] = base * base
    }
  } else if (exponent === 3) {
    for (let p = 0; p < n; p++) {
      const base = a[i + p]!
      out[o + p] = base * base * base
    }
  } else {
    for (let p = 0; p < n; p++) {
      const base = a[i + p]!
      out[o + p] = base === 1 ? 1 : base ** exponent
    }
  }
}

export function atan2(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.atan2(a[i + p]!, b[j + p]!)
}

// Comparisons as `| 0` of a boolean, which compiles to a flag instead of a branch that is mispredicted half the time.

export function equal(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! === b[j + p]!) | 0
}

export function equalRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! === right) | 0
}

export function equalLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  equalRight(n, out, o, b, j, a, i)
}

export function less(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    out[o + p] = Number(a[i + p]! < b[j + p]!) | 0
    out[o + p + 1] = Number(a[i + p + 1]! < b[j + p + 1]!) | 0
    out[o + p + 2] = Number(a[i + p + 2]! < b[j + p + 2]!) | 0
    out[o + p + 3] = Number(a[i + p + 3]! < b[j + p + 3]!) | 0
  }
  for (; p < n; p++) out[o + p] = Number(a[i + p]! < b[j + p]!) | 0
}

export function lessRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! < right) | 0
}

export function lessLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const left = a[i]!
  for (let p = 0; p < n; p++) out[o + p] = Number(left < b[j + p]!) | 0
}

export function lessEqual(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! <= b[j + p]!) | 0
}

export function lessEqualRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const right = b[j]!
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! <= right) | 0
}

export function lessEqualLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  const left = a[i]!
  for (let p = 0; p < n; p++) out[o + p] = Number(left <= b[j + p]!) | 0
}

export function multiplyAdd(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
  c: Values,
  k: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! * b[j + p]! + c[k + p]!
}

/** A uniform factor, the usual case: `rate * gradient + velocity`. */
export function multiplyAddLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
  c: Values,
  k: number,
): void {
  const factor = a[i]!
  for (let p = 0; p < n; p++) out[o + p] = factor * b[j + p]! + c[k + p]!
}

export function multiplyAddRight(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
  c: Values,
  k: number,
): void {
  multiplyAddLeft(n, out, o, b, j, a, i, c, k)
}
