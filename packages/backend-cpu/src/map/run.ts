/**
 * The `map` kernel: any list of elementwise expressions over strided views, tile by tile.
 */
import { type MapCall, type Shape, sizeOf, type View } from '@nabla/backend'
import { type Storage, storageOf } from '../buffer.js'
import { copyView } from '../copy.js'
import {
  BLOCK,
  buildNest,
  chooseTiling,
  forEachTile,
  type Nest,
  orderByStride,
  type Strided,
  stepsOf,
  type Tiling,
} from '../nest.js'
import type { Plan } from './plan.js'
import { type AnyProgram, programFor } from './programs.js'

export function runMap(call: MapCall): void {
  const { shape, expressions, inputs, outputs } = call
  const size = sizeOf(shape)
  if (expressions.length === 0 || size === 0 || !isWanted(call)) return
  const only = expressions.length === 1 ? expressions[0] : undefined
  if (only?.kind === 'input') {
    copyView(inputs[only.slot] as View, outputs[0] as View)
    return
  }
  const program = programFor(expressions)
  if (isFlat(program.plan, call)) runFlat(program, call, size)
  else runNest(program, call)
  program.unbind()
}

/** Whether the condition of a call, if it has one, holds. */
function isWanted({ when }: MapCall): boolean {
  return when === undefined || storageOf(when.buffer).data[when.offset] !== 0
}

/** 1 for a view without gaps, 0 for one element repeated, -1 for all others. */
function flatStep({ strides }: View, shape: Shape): number {
  let expected = 1
  let contiguous = true
  let uniform = true
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!
    if (length === 1) continue
    if (strides[axis] !== expected) contiguous = false
    if (strides[axis] !== 0) uniform = false
    expected *= length
  }
  return contiguous ? 1 : uniform ? 0 : -1
}

/** Whether every view can be walked as one line: most calls, and the small ones, where overhead counts. */
function isFlat({ leaves }: Plan, { shape, inputs, outputs }: MapCall): boolean {
  for (let position = 0; position < outputs.length; position++) {
    if (flatStep(outputs[position]!, shape) !== 1) return false
  }
  for (let position = 0; position < leaves.length; position++) {
    const leaf = leaves[position]!
    if (leaf.kind === 'index' ? shape.length !== 1 : flatStep(inputs[leaf.slot]!, shape) < 0) return false
  }
  return true
}

function runFlat(program: AnyProgram, { shape, inputs, outputs, scalars }: MapCall, size: number): void {
  const { leaves } = program.plan
  const { starts } = program
  const several = outputs.length > 1
  program.begin(1, Math.min(size, BLOCK), true, scalars)
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    const node = leaves[leaf]!
    if (node.kind === 'index') {
      program.bindLeaf(leaf, undefined, 0, 1, several)
      starts[leaf] = 0
    } else {
      const view = inputs[node.slot]!
      program.bindLeaf(leaf, storageOf(view.buffer), 0, flatStep(view, shape), several)
      starts[leaf] = view.offset
    }
  }
  program.bindSteps()
  for (let target = 0; target < outputs.length; target++) {
    const view = outputs[target]!
    program.bindTarget(target, storageOf(view.buffer), 0, 1)
    starts[leaves.length + target] = view.offset
  }
  for (let done = 0; done < size; done += BLOCK) {
    program.runTile(1, Math.min(BLOCK, size - done))
    for (let view = 0; view < starts.length; view++) {
      if (view >= leaves.length || !program.values.uniform[view]) starts[view]! += BLOCK
    }
  }
}

function runNest(program: AnyProgram, { shape, inputs, outputs, scalars }: MapCall): void {
  const { leaves } = program.plan
  const views = [...leafLayouts(program.plan, shape, inputs), ...outputs]
  const nest = buildNest(shape, views, orderByStride(outputs[0] as View, shape))
  const tiling = chooseTiling(nest, views.length)
  bindLeaves(program, nest, tiling, inputs, scalars, outputs.length > 1)
  outputs.forEach((view, target) => {
    const [row, column] = stepsOf(nest, tiling, leaves.length + target)
    program.bindTarget(target, storageOf(view.buffer), row, column)
  })
  forEachTile(nest, tiling, program.starts, (rows, columns) => program.runTile(rows, columns))
}

/** Begins binding a program to the tiles of a nest whose first views are the program's leaves. */
export function bindLeaves(
  program: AnyProgram,
  nest: Nest,
  tiling: Tiling,
  inputs: readonly View[],
  scalars: readonly number[],
  several: boolean,
): void {
  const wholeRows = tiling.columns === nest.lengths[nest.lengths.length - 1]
  program.begin(tiling.rows, tiling.columns, wholeRows, scalars)
  program.plan.leaves.forEach((leaf, position) => {
    const storage: Storage | undefined =
      leaf.kind === 'input' ? storageOf((inputs[leaf.slot] as View).buffer) : undefined
    const [row, column] = stepsOf(nest, tiling, position)
    program.bindLeaf(position, storage, row, column, several)
  })
  program.bindSteps()
}

/** Where the leaves of a plan lie: inputs in their buffers, coordinates as counters along their axis. */
export function leafLayouts(plan: Plan, shape: Shape, inputs: readonly View[]): Strided[] {
  return plan.leaves.map((leaf) =>
    leaf.kind === 'input'
      ? (inputs[leaf.slot] as View)
      : { strides: shape.map((_, axis) => (axis === leaf.axis ? 1 : 0)), offset: 0 },
  )
}
