/**
 * The float32 lane: loops of the instructions with one operand. Storing into a Float32Array rounds.
 */
import { roundHalfEven } from '@nabla/backend'
import { erfc as erfcOf, erf as erfOf } from '../math/erf.js'
import { exp32, log1p32, POWERS, tanh32 } from '../math/exp32.js'

type Values = Float32Array

export function copy(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]!
}

export function spread(n: number, out: Values, o: number, a: Values, i: number): void {
  out.fill(a[i]!, o, o + n)
}

export function negate(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = -a[i + p]!
}

export function absolute(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.abs(a[i + p]!)
}

export function sign(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.sign(a[i + p]!)
}

export function floor(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.floor(a[i + p]!)
}

export function ceil(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.ceil(a[i + p]!)
}

export function round(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = roundHalfEven(a[i + p]!)
}

export function truncate(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.trunc(a[i + p]!)
}

export function exp(n: number, out: Values, o: number, a: Values, i: number): void {
  const powers = POWERS
  for (let p = 0; p < n; p++) out[o + p] = exp32(a[i + p]!, powers)
}

export function expm1(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.expm1(a[i + p]!)
}

export function log(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.log(a[i + p]!)
}

export function log1p(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = log1p32(a[i + p]!)
}

export function sin(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.sin(a[i + p]!)
}

export function cos(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.cos(a[i + p]!)
}

export function tanh(n: number, out: Values, o: number, a: Values, i: number): void {
  const powers = POWERS
  for (let p = 0; p < n; p++) out[o + p] = tanh32(a[i + p]!, powers)
}

export function erf(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = erfOf(a[i + p]!)
}

export function erfc(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = erfcOf(a[i + p]!)
}

export function sqrt(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.sqrt(a[i + p]!)
}

export function rsqrt(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = 1 / Math.sqrt(a[i + p]!)
}

/** Logical not: booleans are 0 and 1 here. */
export function not(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = 1 - a[i + p]!
}

export function isNaN(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(Number.isNaN(a[i + p]!)) | 0
}

export function isFinite(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) {
    const x = a[i + p]!
    out[o + p] = Number(x - x === 0) | 0
  }
}

/** The cast to bool. */
export function isNonzero(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number(a[i + p]! !== 0) | 0
}
