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

/** How the numbers of one tensor are written: all with the same number of decimals, as few as they need. */
function numberFormat(values: readonly number[], dtype: DType): (value: number) => string {
  if (dtype === 'bool') return (value) => (value === 0 ? 'false' : 'true')
  if (!isFloat(dtype)) return String
  const special = (value: number): string | undefined => (Number.isFinite(value) ? undefined : String(value))
  if (needsExponent(values)) return (value) => special(value) ?? value.toExponential(DECIMALS)
  const decimals = values.reduce((most, value) => {
    if (!Number.isFinite(value) || most === DECIMALS) return most
    return Math.max(
      most,
      (
        value
          .toFixed(DECIMALS)
          .replace(/\.?0+$/, '')
          .split('.')[1] ?? ''
      ).length,
    )
  }, 0)
  return (value) => special(value) ?? value.toFixed(decimals)
}

function collect({ shape, values }: Elements, shorten: boolean): number[] {
  const strides = rowMajorStrides(shape)
  const found: number[] = []
  const visit = (axis: number, offset: number): void => {
    if (axis === shape.length) {
      found.push(values[offset] as number)
      return
    }
    for (const i of shown(shape[axis] as number, shorten)) {
      if (i !== undefined) visit(axis + 1, offset + i * (strides[axis] as number))
    }
  }
  visit(0, 0)
  return found
}

/** Elements as nested brackets. */
export function formatElements(elements: Elements, dtype: DType): string {
  const { shape } = elements
  const shorten = sizeOf(shape) > MAXIMUM_SIZE
  const values = collect(elements, shorten)
  const format = numberFormat(values, dtype)
  const texts = values.map(format)
  const width = texts.reduce((most, text) => Math.max(most, text.length), 0)
  let next = 0
  const visit = (axis: number): string => {
    if (axis === shape.length) return (texts[next++] as string).padStart(width)
    const parts = shown(shape[axis] as number, shorten).map((i) => (i === undefined ? '…' : visit(axis + 1)))
    const separator =
      axis === shape.length - 1 ? ', ' : `,${'\n'.repeat(shape.length - 1 - axis)}${' '.repeat(axis + 1)}`
    return `[${parts.join(separator)}]`
  }
  return visit(0)
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
