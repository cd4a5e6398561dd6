/**
 * For tests: convolution and pooling by their definitions, in plain loops over row-major values.
 */
import { type Shape, sizeOf } from '@nabla/backend'
import { positionOf } from './arrangements.js'

/** Row-major values of [batch, height, width, channels], or of a kernel. */
export interface Image {
  readonly shape: readonly [number, number, number, number]
  readonly values: readonly number[]
}

export interface Geometry {
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly groups: number
}

/** TensorFlow's padding `same`: [before, after]. */
export function samePadding(
  length: number,
  size: number,
  stride: number,
  dilation: number,
): [number, number] {
  const reach = (size - 1) * dilation + 1
  const remainder = length % stride
  const total = Math.max(0, remainder === 0 ? reach - stride : reach - remainder)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}

export function windowsOf(
  length: number,
  size: number,
  stride: number,
  dilation: number,
  [before, after]: readonly [number, number],
): number {
  let windows = 0
  while (windows * stride + (size - 1) * dilation < length + before + after) windows++
  return windows
}

/** Calls `visit` for every output row and column and every element of its window that lies inside the input. */
function eachTap(
  shape: Shape,
  window: readonly [number, number],
  { strides, dilation, padding }: Omit<Geometry, 'groups'>,
  visit: (
    output: readonly [number, number],
    element: readonly [number, number],
    source: readonly [number, number],
  ) => void,
): [number, number] {
  const [, height = 0, width = 0] = shape
  const rows = windowsOf(height, window[0], strides[0], dilation[0], padding[0])
  const columns = windowsOf(width, window[1], strides[1], dilation[1], padding[1])
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let h = 0; h < window[0]; h++) {
        for (let w = 0; w < window[1]; w++) {
          const y = i * strides[0] + h * dilation[0] - padding[0][0]
          const x = j * strides[1] + w * dilation[1] - padding[1][0]
          if (y >= 0 && y < height && x >= 0 && x < width) visit([i, j], [h, w], [y, x])
        }
      }
    }
  }
  return [rows, columns]
}

export function convolveByDefinition(
  x: Image,
  kernel: Image,
  geometry: Geometry,
): { shape: number[]; values: number[] } {
  const [batch] = x.shape
  const [height, width, perGroup, filters] = kernel.shape
  const [rows, columns] = eachTap(x.shape, [height, width], geometry, () => {})
  const shape = [batch, rows, columns, filters]
  const values = new Array<number>(sizeOf(shape)).fill(0)
  eachTap(x.shape, [height, width], geometry, ([i, j], [h, w], [row, column]) => {
    for (let n = 0; n < batch; n++) {
      for (let f = 0; f < filters; f++) {
        const group = Math.floor(f / (filters / geometry.groups))
        const target = positionOf(shape, [n, i, j, f])
        for (let c = 0; c < perGroup; c++) {
          const source = x.values[positionOf(x.shape, [n, row, column, group * perGroup + c])] as number
          const weight = kernel.values[positionOf(kernel.shape, [h, w, c, f])] as number
          values[target] = (values[target] as number) + source * weight
        }
      }
    }
  })
  return { shape, values }
}

/** The input elements of each window, in row-major order of the output [batch, rows, columns, channels]. */
export function poolByDefinition(
  x: Image,
  window: readonly [number, number],
  geometry: Omit<Geometry, 'groups'>,
  combine: (elements: readonly number[]) => number,
): { shape: number[]; values: number[] } {
  const [batch, , , channels] = x.shape
  const [rows, columns] = eachTap(x.shape, window, geometry, () => {})
  const shape = [batch, rows, columns, channels]
  const elements = Array.from({ length: sizeOf(shape) }, (): number[] => [])
  eachTap(x.shape, window, geometry, ([i, j], _element, [row, column]) => {
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        const value = x.values[positionOf(x.shape, [n, row, column, c])] as number
        elements[positionOf(shape, [n, i, j, c])]?.push(value)
      }
    }
  })
  return { shape, values: elements.map(combine) }
}
