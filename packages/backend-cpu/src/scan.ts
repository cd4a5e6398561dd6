/**
 * The `scan` kernel: running sums, products and extremes along one axis, line by line in float64.
 */
import { type DType, isFloat, type ScanCall, type ScanOperation } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { forEachLine } from './lines.js'
import { ROUNDING } from './map/lane64.js'
import { load64, store64 } from './map/tiles64.js'
import { foldingOf } from './reduce/folding.js'

type Combine = (a: number, b: number) => number

function combining(operation: ScanOperation, dtype: DType): Combine {
  switch (operation) {
    case 'sum':
      return isFloat(dtype) ? (a, b) => a + b : (a, b) => (a + b) | 0
    case 'product':
      return isFloat(dtype) ? (a, b) => a * b : Math.imul
    case 'maximum':
      return Math.max
    case 'minimum':
      return Math.min
  }
}

export function runScan({ operation, axis, reverse, exclusive, input, output }: ScanCall): void {
  const length = input.shape[axis] as number
  const line = new Float64Array(length)
  const combine = combining(operation, input.dtype)
  const { initial } = foldingOf(operation, input.dtype)
  const source = dataOf(input)
  const target = dataOf(output)
  const inputStep = input.strides[axis] as number
  const outputStep = output.strides[axis] as number
  forEachLine(input.shape, axis, [input, output], (at) => {
    load64(line, source, { at: at[0]!, row: 0, column: inputStep }, 1, length)
    let running = initial
    for (let p = 0; p < length; p++) {
      const position = reverse ? length - 1 - p : p
      const next = combine(running, line[position]!)
      line[position] = exclusive ? running : next
      running = next
    }
    ROUNDING[output.dtype]?.(length, line, 0)
    store64(target, { at: at[1]!, row: 0, column: outputStep }, line, { at: 0, row: 0, column: 1 }, 1, length)
  })
}
