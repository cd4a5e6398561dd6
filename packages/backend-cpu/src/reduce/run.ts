/**
 * The `reduce` kernel: the map interpreter yields the expression tile by tile (plain inputs are not even copied), and
 * each tile is folded into accumulators, one per element of the output. Float accumulators are float64, so sums of
 * float32 lose nothing that matters.
 */
import { type DType, expressions, type ReduceCall, rowMajorStrides, type Shape, sizeOf } from '@nabla/backend'
import { temporaryView } from '../buffer.js'
import { type AnyProgram, programFor } from '../map/programs.js'
import { bindLeaves, leafLayouts, runMap } from '../map/run.js'
import { storeValues } from '../map/store-values.js'
import { buildNest, chooseTiling, forEachTile, orderByStride, type Strided, stepsOf } from '../nest.js'
import { createExtremes } from './arg.js'
import { type FoldTile, foldPositions, foldValues, type TilePlaces } from './fold-tile.js'
import { foldingOf, type ValueOperation } from './folding.js'

export function runReduce(call: ReduceCall): void {
  const { operation, output, scalars, post } = call
  const outputs = sizeOf(output.shape)
  if (outputs === 0) return
  const [dtype, values] =
    operation === 'argMax' || operation === 'argMin'
      ? (['int32', reducePositions(call, operation === 'argMax' ? 1 : -1, outputs)] as const)
      : reduceValues(call, operation, outputs)
  if (post === undefined) {
    storeValues(values, dtype, output)
    return
  }
  const reduced = temporaryView(dtype, output.shape)
  storeValues(values, dtype, reduced)
  const inputs = [reduced, ...(call.postInputs ?? [])]
  runMap({
    kind: 'map',
    label: call.label,
    shape: output.shape,
    expressions: [post],
    inputs,
    scalars,
    outputs: [output],
  })
}

function reduceValues(
  call: ReduceCall,
  operation: ValueOperation,
  outputs: number,
): readonly [DType, Float64Array] {
  const logical = operation === 'any' || operation === 'all'
  const expression = logical ? expressions.cast(call.expression, 'bool') : call.expression
  const folding = foldingOf(operation, expression.dtype)
  const into = new Float64Array(outputs).fill(folding.initial)
  const program = programFor([expression])
  foldTiles(call, program, foldValues(program, folding, into), false)
  return [expression.dtype, into]
}

function reducePositions(call: ReduceCall, sign: 1 | -1, outputs: number): Float64Array {
  const extremes = createExtremes(sign, outputs)
  const program = programFor([call.expression])
  foldTiles(call, program, foldPositions(program, extremes), true)
  return Float64Array.from(extremes.positions, (position) => Math.max(0, position))
}

/** Where the accumulator of each element is, and its position among the reduced axes, as layouts over the shape. */
function accumulatorLayouts({ shape, axes, output }: ReduceCall): [Strided, Strided] {
  const reduced = shape.map((_, axis) => axes.includes(axis))
  const outputStrides = rowMajorStrides(output.shape)
  const reducedShape: Shape = shape.map((length, axis) => (reduced[axis] ? length : 1))
  const positionStrides = rowMajorStrides(reducedShape)
  return [
    { strides: outputStrides.map((stride, axis) => (reduced[axis] ? 0 : stride)), offset: 0 },
    { strides: positionStrides.map((stride, axis) => (reduced[axis] ? stride : 0)), offset: 0 },
  ]
}

/** An order of axes in which the inputs together are read as straight as can be. */
function readingOrder(leaves: readonly Strided[], shape: Shape): number[] {
  const strides = shape.map((_, axis) =>
    leaves.reduce((sum, leaf) => sum + Math.abs(leaf.strides[axis] as number), 0),
  )
  return orderByStride({ strides, offset: 0 }, shape)
}

/** Positions are only kept track of where they are wanted, since they keep axes from being merged. */
function foldTiles(call: ReduceCall, program: AnyProgram, fold: FoldTile, withPositions: boolean): void {
  const { shape, inputs, scalars } = call
  if (sizeOf(shape) === 0) return
  const leaves = leafLayouts(program.plan, shape, inputs)
  const layouts = accumulatorLayouts(call)
  const views = [...leaves, ...layouts.slice(0, withPositions ? 2 : 1)]
  const nest = buildNest(shape, views, readingOrder(leaves, shape))
  const tiling = chooseTiling(nest, leaves.length)
  bindLeaves(program, nest, tiling, inputs, scalars, false)
  const at = views.map(() => 0)
  const [atRow, atStep] = stepsOf(nest, tiling, leaves.length)
  const [positionRow, positionStep] = withPositions ? stepsOf(nest, tiling, leaves.length + 1) : [0, 0]
  const places: TilePlaces = { at: 0, atRow, atStep, position: 0, positionRow, positionStep }
  forEachTile(nest, tiling, at, (rows, columns) => {
    for (let leaf = 0; leaf < leaves.length; leaf++) program.starts[leaf] = at[leaf] as number
    program.runTile(rows, columns)
    places.at = at[leaves.length] as number
    places.position = at[leaves.length + 1] ?? 0
    fold(places, rows, columns)
  })
  program.unbind()
}
