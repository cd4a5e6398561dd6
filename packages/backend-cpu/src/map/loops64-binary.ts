/**
 * The wide lane: loops of the instructions with two and three operands, over Float64Array blocks that hold any type
 * exactly. A rounding pass brings results into narrower types, which for integers is wrapping (`lane64.ts`).
 */
type Values = Float64Array

export function add(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! + b[j + p]!
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
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! - b[j + p]!
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
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! * b[j + p]!
}

export function multiplyIntegers(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.imul(a[i + p]!, b[j + p]!)
}

export function divide(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! / b[j + p]!
}

export function divideIntegers(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) {
    const divisor = b[j + p]!
    out[o + p] = divisor === 0 ? 0 : Math.trunc(a[i + p]! / divisor)
  }
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

export function remainderIntegers(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) {
    const divisor = b[j + p]!
    out[o + p] = divisor === 0 ? 0 : a[i + p]! % divisor
  }
}

export function power(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) {
    const base = a[i + p]!
    out[o + p] = base === 1 ? 1 : base ** b[j + p]!
  }
}

export function maximum(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.max(a[i + p]!, b[j + p]!)
}

export function minimum(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.min(a[i + p]!, b[j + p]!)
}

export function atan2(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.atan2(a[i + p]!, b[j + p]!)
}

export function equal(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! === b[j + p]!) | 0
}

export function less(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! < b[j + p]!) | 0
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

export function and(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! & b[j + p]!
}

export function or(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! | b[j + p]!
}

export function xor(n: number, out: Values, o: number, a: Values, i: number, b: Values, j: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! ^ b[j + p]!
}

export function shiftLeft(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! << b[j + p]!
}

export function shiftRightSigned(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! >> b[j + p]!
}

export function shiftRightUnsigned(
  n: number,
  out: Values,
  o: number,
  a: Values,
  i: number,
  b: Values,
  j: number,
): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! >>> b[j + p]!
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

export function multiplyAddIntegers(
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
  for (let p = 0; p < n; p++) out[o + p] = Math.imul(a[i + p]!, b[j + p]!) + c[k + p]!
}

const choices = /* @__PURE__ */ new Float64Array(2)

/** By a look-up, since as a branch it is mispredicted on real data. */
export function select(
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
  const either = choices
  for (let p = 0; p < n; p++) {
    either[0] = c[k + p]!
    either[1] = b[j + p]!
    out[o + p] = either[a[i + p]! | 0]!
  }
}
