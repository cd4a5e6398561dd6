/**
 * Numbers as WGSL text. NaN and infinities have no literals: they come from the uniform words. Numbers of one type are
 * written with its suffix, so that no expression is a surprise to the type checker.
 */
import { type DType, isFloat, roundToType } from '@nabla/backend'
import { INFINITY_TEXT, NAN_TEXT } from '../wgsl/module.js'

/** A float32. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return NAN_TEXT
  if (value === Number.POSITIVE_INFINITY) return INFINITY_TEXT
  if (value === Number.NEGATIVE_INFINITY) return `(-${INFINITY_TEXT})`
  const rounded = Math.fround(value)
  if (Object.is(rounded, -0)) return 'bitcast<f32>(0x80000000u)'
  if (!Number.isFinite(rounded)) return floatLiteral(rounded)
  return rounded < 0 ? `(${rounded}f)` : `${rounded}f`
}

function signedLiteral(value: number): string {
  if (value === -(2 ** 31)) return '(-2147483647i - 1i)'
  return value < 0 ? `(${value}i)` : `${value}i`
}

/** A number in the type in which expressions compute with `dtype`. */
export function literal(value: number, dtype: DType): string {
  const rounded = roundToType(value, dtype)
  if (isFloat(dtype)) return floatLiteral(rounded)
  if (dtype === 'bool') return rounded === 0 ? 'false' : 'true'
  return dtype === 'int32' ? signedLiteral(rounded) : `${rounded}u`
}

/** A polynomial by Horner's scheme; `fma` so that no compiler reorders it. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  const [last = 0, ...rest] = [...coefficients].reverse()
  return rest.reduce(
    (text, coefficient) => `fma(${text}, ${x}, ${floatLiteral(coefficient)})`,
    floatLiteral(last),
  )
}
