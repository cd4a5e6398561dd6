/**
 * The `map` kernel: any list of elementwise expressions over strided views, tile by tile.
 */
import { type MapCall, type Shape, sizeOf, type View } from '@nabla/backend'
import { type Storage, storageOf } from '../buffer.js'
import { copyView } from '../copy.js'
import { buildNest, chooseTiling, forEachTile, orderByStride, type Strided } from '../nest.js'
import type { Plan } from './plan.js'
import { programFor } from './programs.js'

export function runMap(call: MapCall): void {
  const { shape, expressions, inputs, outputs, scalars } = call
  if (expressions.length === 0 || sizeOf(shape) === 0) return
  const only = expressions.length === 1 ? expressions[0] : undefined
  if (only?.kind === 'input') {
    copyView(inputs[only.slot] as View, outputs[0] as View)
    return
  }
  const program = programFor(expressions)
  const views = [...leafLayouts(program.plan, shape, inputs), ...outputs]
  const nest = buildNest(shape, views, orderByStride(outputs[0] as View, shape))
  const tiling = chooseTiling(nest)
  program.bind(nest, tiling, leafStorages(program.plan, inputs), outputs.map((view) => storageOf(view.buffer)), scalars)
  const at = views.map(() => 0)
  forEachTile(nest, tiling, at, (rows, columns) => program.runTile(at, rows, columns))
  program.unbind()
}

/** Where the leaves of a plan lie: inputs in their buffers, coordinates as counters along their axis. */
export function leafLayouts(plan: Plan, shape: Shape, inputs: readonly View[]): Strided[] {
  return plan.leaves.map((leaf) =>
    leaf.kind === 'input'
      ? (inputs[leaf.slot] as View)
      : { strides: shape.map((_, axis) => (axis === leaf.axis ? 1 : 0)), offset: 0 },
  )
}

/** The memory behind each leaf, `undefined` for coordinates. */
export function leafStorages(plan: Plan, inputs: readonly View[]): (Storage | undefined)[] {
  return plan.leaves.map((leaf) => (leaf.kind === 'input' ? storageOf((inputs[leaf.slot] as View).buffer) : undefined))
}
