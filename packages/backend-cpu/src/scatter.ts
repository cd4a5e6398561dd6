/**
 * The `scatter` kernel: updates combined into the output by index along one axis, in row-major order of the updates,
 * so results do not depend on anything but the call.
 */
import { type ScatterCall, type ScatterOperation, sizeOf, type TypedArray } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { checkIndex, indexData, rowTiling } from './indices.js'
import { halfBits, halfValues } from './math/half.js'
import { buildNest, forEachTile } from './nest.js'

type CombineRow = (
  target: TypedArray,
  t: number,
  tStep: number,
  source: TypedArray,
  s: number,
  sStep: number,
  n: number,
) => void

/** The gradient of an embedding. */
function addFloats(
  target: Float32Array,
  t: number,
  tStep: number,
  source: Float32Array,
  s: number,
  sStep: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) target[t + p * tStep]! += source[s + p * sStep]!
}

/** Storing wraps integers and rounds floats. */
const addRow: CombineRow = (target, t, tStep, source, s, sStep, n) => {
  if (target instanceof Float32Array && source instanceof Float32Array) {
    addFloats(target, t, tStep, source, s, sStep, n)
  } else for (let p = 0; p < n; p++) target[t + p * tStep]! += source[s + p * sStep]!
}

const setRow: CombineRow = (target, t, tStep, source, s, sStep, n) => {
  for (let p = 0; p < n; p++) target[t + p * tStep] = source[s + p * sStep]!
}

const maximumRow: CombineRow = (target, t, tStep, source, s, sStep, n) => {
  for (let p = 0; p < n; p++) target[t + p * tStep] = Math.max(target[t + p * tStep]!, source[s + p * sStep]!)
}

const minimumRow: CombineRow = (target, t, tStep, source, s, sStep, n) => {
  for (let p = 0; p < n; p++) target[t + p * tStep] = Math.min(target[t + p * tStep]!, source[s + p * sStep]!)
}

const ROWS: Record<ScatterOperation, CombineRow> = {
  add: addRow,
  set: setRow,
  maximum: maximumRow,
  minimum: minimumRow,
}

const HALVES: Record<Exclude<ScatterOperation, 'set'>, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  maximum: Math.max,
  minimum: Math.min,
}

function combineHalves(operation: Exclude<ScatterOperation, 'set'>): CombineRow {
  const combine = HALVES[operation]
  const values = halfValues()
  return (target, t, tStep, source, s, sStep, n) => {
    for (let p = 0; p < n; p++) {
      const at = t + p * tStep
      target[at] = halfBits(combine(values[target[at]!]!, values[source[s + p * sStep]!]!))
    }
  }
}

export function runScatter({ label, operation, axis, indices, updates, output }: ScatterCall): void {
  if (sizeOf(updates.shape) === 0) return
  const source = dataOf(updates)
  const target = dataOf(output)
  const picks = indexData(indices, label)
  const length = output.shape[axis] as number
  const stride = output.strides[axis] as number
  const combine =
    output.dtype === 'float16' && operation !== 'set' ? combineHalves(operation) : ROWS[operation]
  const base = { strides: output.strides.with(axis, 0), offset: output.offset }
  const inOrder = updates.shape.map((_, position) => position)
  const nest = buildNest(updates.shape, [updates, indices, base], inOrder)
  const tiling = rowTiling(nest)
  const last = nest.lengths.length - 1
  const [columnSteps, rowSteps] = [last, tiling.rowAxis].map((a) => nest.strides.map((own) => own[a] ?? 0))
  const [sStep, iStep, tStep] = columnSteps as [number, number, number]
  const [sRow, iRow, tRow] = rowSteps as [number, number, number]
  const at = [0, 0, 0]
  forEachTile(nest, tiling, at, (rows, columns) => {
    // One run per index: as long as the row where the index repeats along it, else a single element.
    const run = iStep === 0 ? columns : 1
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += run) {
        const s = at[0]! + row * sRow + column * sStep
        const i = at[1]! + row * iRow + column * iStep
        const t = at[2]! + row * tRow + column * tStep
        combine(target, t + checkIndex(picks[i]!, length, axis, label) * stride, tStep, source, s, sStep, run)
      }
    }
  })
}
