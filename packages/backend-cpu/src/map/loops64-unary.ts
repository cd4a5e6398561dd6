/**
 * The wide lane: loops of the instructions with one operand, over Float64Array blocks that hold any type exactly.
 * A rounding pass brings results into narrower types (`lane64.ts`).
 */
import { type DType, roundHalfEven } from '@nabla/backend'
import { erfc as erfcOf, erf as erfOf } from '../math/erf.js'
import type { Loop } from './loop.js'

type Values = Float64Array

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
  for (let p = 0; p < n; p++) out[o + p] = Math.exp(a[i + p]!)
}

export function expm1(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.expm1(a[i + p]!)
}

export function log(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.log(a[i + p]!)
}

export function log1p(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.log1p(a[i + p]!)
}

export function sin(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.sin(a[i + p]!)
}

export function cos(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.cos(a[i + p]!)
}

export function tanh(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Math.tanh(a[i + p]!)
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

export function isNaN(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number.isNaN(a[i + p]!) ? 1 : 0
}

export function isFinite(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = Number.isFinite(a[i + p]!) ? 1 : 0
}

export function logicalNot(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = 1 - a[i + p]!
}

export function bitwiseNot(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = ~a[i + p]!
}

export function isNonzero(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) out[o + p] = a[i + p]! !== 0 ? 1 : 0
}

function saturate(low: number, high: number): Loop<Values> {
  return (n, out, o, a, i) => {
    for (let p = 0; p < n; p++) {
      const x = a[i + p]!
      // The comparisons are false for NaN, which becomes 0; adding 0 turns -0 into 0.
      out[o + p] = x >= high ? high : x > low ? Math.trunc(x) + 0 : x <= low ? low : 0
    }
  }
}

const toUint8 = /* @__PURE__ */ saturate(0, 255)
const toInt32 = /* @__PURE__ */ saturate(-(2 ** 31), 2 ** 31 - 1)
const toUint32 = /* @__PURE__ */ saturate(0, 2 ** 32 - 1)

/** The loop of `cast`: truncating and saturating for integers; for floats a copy, which the rounding pass narrows. */
export function castTo(dtype: DType): Loop<Values> {
  switch (dtype) {
    case 'bool':
      return isNonzero
    case 'uint8':
      return toUint8
    case 'int32':
      return toInt32
    case 'uint32':
      return toUint32
    default:
      return copy
  }
}

const word = new Int32Array(1)
const float = /* @__PURE__ */ new Float32Array(word.buffer)

function floatToWord(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) {
    float[0] = a[i + p]!
    out[o + p] = word[0]!
  }
}

function wordToFloat(n: number, out: Values, o: number, a: Values, i: number): void {
  for (let p = 0; p < n; p++) {
    word[0] = a[i + p]!
    out[o + p] = float[0]!
  }
}

/** The loop of `bitcast` among float32, int32 and uint32; the rounding pass makes words signed or unsigned. */
export function bitcast(from: DType, to: DType): Loop<Values> {
  if (from === 'float32') return to === 'float32' ? copy : floatToWord
  return to === 'float32' ? wordToFloat : copy
}
