/**
 * The `gather` kernel: elements or whole slices picked by index along one axis.
 */
import { type GatherCall, sizeOf, type TypedArray } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { copyTile } from './copy.js'
import { checkIndex, indexData, rowTiling } from './indices.js'
import { buildNest, forEachTile, orderByStride } from './nest.js'

/** How the picked axis lies in the source. */
interface PickedAxis {
  readonly axis: number
  readonly length: number
  readonly stride: number
  readonly label: string
}

function pickElements(
  target: TypedArray,
  t: number,
  tStep: number,
  source: TypedArray,
  s: number,
  sStep: number,
  indices: Int32Array,
  i: number,
  iStep: number,
  n: number,
  { axis, length, stride, label }: PickedAxis,
): void {
  for (let p = 0; p < n; p++) {
    const index = checkIndex(indices[i + p * iStep]!, length, axis, label)
    target[t + p * tStep] = source[s + p * sStep + index * stride]!
  }
}

export function runGather({ label, axis, input, indices, output }: GatherCall): void {
  if (sizeOf(output.shape) === 0) return
  const source = dataOf(input)
  const target = dataOf(output)
  const picks = indexData(indices, label)
  const picked = { axis, length: input.shape[axis] as number, stride: input.strides[axis] as number, label }
  const base = { strides: input.strides.with(axis, 0), offset: input.offset }
  const nest = buildNest(output.shape, [output, indices, base], orderByStride(output, output.shape))
  const tiling = rowTiling(nest)
  const last = nest.lengths.length - 1
  const [columnSteps, rowSteps] = [last, tiling.rowAxis].map((a) => nest.strides.map((own) => own[a] ?? 0))
  const [tStep, iStep, sStep] = columnSteps as [number, number, number]
  const [tRow, iRow, sRow] = rowSteps as [number, number, number]
  const at = [0, 0, 0]
  forEachTile(nest, tiling, at, (rows, columns) => {
    for (let row = 0; row < rows; row++) {
      const t = at[0]! + row * tRow
      const i = at[1]! + row * iRow
      const s = at[2]! + row * sRow
      if (iStep === 0) {
        const index = checkIndex(picks[i]!, picked.length, axis, label)
        copyTile(target, t, 0, tStep, source, s + index * picked.stride, 0, sStep, 1, columns)
      } else pickElements(target, t, tStep, source, s, sStep, picks, i, iStep, columns, picked)
    }
  })
}
