/**
 * Tensors as text, in the layout of NumPy: aligned columns, long axes shortened to their ends.
 */
import { type DType, isFloat, rowMajorStrides, type Shape, sizeOf } from '@nabla/backend'

/** Tensors with more elements than this are shortened … */
const MAXIMUM_SIZE = 1000
/** … to so many at either end of each axis. */
const EDGE = 3
const DECIMALS = 4

interface Elements {
  readonly shape: Shape
  readonly values: ArrayLike<number>
}

/** Positions along an axis that are shown; `undefined` stands for those left out. */
function shown(length: number, shorten: boolean): (number | undefined)[] {
  if (!shorten || length <= 2 * EDGE) return Array.from({ length }, (_, i) => i)
  const first = Array.from({ length: EDGE }, (_, i) => i)
  return [...first, undefined, ...first.map((i) => length - EDGE + i)]
}

/** Whether fixed decimals would hide the differences between magnitudes; the bounds are NumPy's. */
function needsExponent(values: readonly number[]): boolean {
  const magnitudes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs)
  if (magnitudes.length === 0) return false
  const largest = magnitudes.reduce((a, b) => Math.max(a, b))
  const smallest = magnitudes.reduce((a, b) => Math.min(a, b))
  const isWhole = magnitudes.every(Number.isInteger)
  return largest >= 1e8 || (!isWhole && (smallest < 1e-4 || largest / smallest > 1e4))
}

/** Decimals without the zeros at the end, as far as they are shown. */
function decimalsOf(value: number): number {
  const [, decimals = ''] = value
    .toFixed(DECIMALS)
    .replace(/\.?0+$/, '')
    .split('.')
  return decimals.length
}

/** How the numbers of one tensor are written: all with the same number of decimals, as few as they need. */
function numberFormat(values: readonly number[], dtype: DType): (value: number) => string {
  if (dtype === 'bool') return (value) => (value === 0 ? 'false' : 'true')
  if (!isFloat(dtype)) return String
  const special = (value: number): string | undefined => (Number.isFinite(value) ? undefined : String(value))
  if (needsExponent(values)) return (value) => special(value) ?? value.toExponential(DECIMALS)
  const decimals = values.reduce((most, value) => Math.max(most, decimalsOf(value)), 0)
  return (value) => special(value) ?? value.toFixed(decimals)
}

/** Elements as nested brackets. */
export function formatElements({ shape, values }: Elements, dtype: DType): string {
  const shorten = sizeOf(shape) > MAXIMUM_SIZE
  const strides = rowMajorStrides(shape)
  // Numbers stay numbers until all of them are known: they share one format and one width.
  const parts: (string | number)[] = []
  const visit = (axis: number, offset: number): void => {
    if (axis === shape.length) {
      parts.push(values[offset] as number)
      return
    }
    const below = shape.length - 1 - axis
    const separator = below === 0 ? ', ' : `,${'\n'.repeat(below)}${' '.repeat(axis + 1)}`
    parts.push('[')
    shown(shape[axis] as number, shorten).forEach((i, place) => {
      if (place > 0) parts.push(separator)
      if (i === undefined) parts.push('…')
      else visit(axis + 1, offset + i * (strides[axis] as number))
    })
    parts.push(']')
  }
  visit(0, 0)
  const numbers = parts.filter((part) => typeof part === 'number')
  const format = numberFormat(numbers, dtype)
  const width = numbers.reduce((most, value) => Math.max(most, format(value).length), 0)
  return parts.map((part) => (typeof part === 'number' ? format(part).padStart(width) : part)).join('')
}

/** A tensor's type, and its elements where they are at hand. */
export function formatTensor(
  dtype: DType,
  shape: Shape,
  values: ArrayLike<number> | undefined,
  note: string,
): string {
  const type = `Tensor<[${shape.join(',')}], ${dtype}>`
  if (values === undefined) return `${type} ${note}`
  return `${type}${shape.length > 1 ? '\n' : ' '}${formatElements({ shape, values }, dtype)}`
}
