/**
 * The `map` kernel: any list of elementwise expressions over strided views, as one loop nest that is emitted for the
 * expressions, the number of axes that are left, and the pace of every view.
 */
import { isContiguous, type MapCall, type Shape, sizeOf, type View } from '@nabla/backend'
import type { Kernel } from '../assembler/index.js'
import { startOf } from '../buffer.js'
import { copyView } from '../copy/copy.js'
import type { Device } from '../device.js'
import type { Pace } from '../emit/access.js'
import type { Leaf } from '../emit/expression.js'
import { type ViewClass, writeWalk } from '../emit/walk.js'
import { buildNest, orderByStride, type Placed, pacesOf, placeView, tilesOf } from '../nest.js'
import { dtypeOfLeaf, writeMapKernel } from './kernel.js'
import { ByExpressions, type Compiled, type Plan, planOf, writeScalars } from './plan.js'

/** Kernels belong to a device, since they import its memory. */
const compiled = new WeakMap<Device, ByExpressions<Compiled>>()

function compiledFor(device: Device, call: MapCall): Compiled {
  let own = compiled.get(device)
  if (own === undefined) {
    own = new ByExpressions()
    compiled.set(device, own)
  }
  return own.get(call.expressions, () => ({ plan: planOf(call.expressions), kernels: new Map() }))
}

/** Where a leaf lies: an input in its buffer, a coordinate as a counter along its axis. */
export function placeLeaf(leaf: Leaf, shape: Shape, inputs: readonly View[]): Placed {
  if (leaf.kind === 'input') return placeView(inputs[leaf.slot] as View)
  return { strides: shape.map((_, axis) => (axis === leaf.axis ? 1 : 0)), address: 0, bytes: 1 }
}

export function runMap(device: Device, call: MapCall): void {
  const { when } = call
  if (when === undefined) runAlways(device, call)
  else {
    device.perform(() => {
      if (device.memory.views.u8[startOf(when)] !== 0) runAlways(device, call)
    })
  }
}

function runAlways(device: Device, call: MapCall): void {
  const { shape, expressions, inputs, outputs, scalars } = call
  const size = sizeOf(shape)
  if (size === 0 || expressions.length === 0) return
  const only = expressions.length === 1 ? expressions[0] : undefined
  if (only?.kind === 'input') {
    copyView(device, inputs[only.slot] as View, outputs[0] as View)
    return
  }
  const compiled = compiledFor(device, call)
  const { plan } = compiled
  if (isFlat(plan, call)) {
    runFlat(device, call, compiled, size)
    return
  }
  const leaves = plan.leaves.map((leaf) => placeLeaf(leaf, shape, inputs))
  const targets = outputs.map(placeView)
  const views = [...leaves, ...targets]
  const nest = buildNest(shape, views, orderByStride(targets.slice(0, 1), [...shape.keys()]))
  for (const part of tilesOf(nest, views)) {
    const paces = pacesOf(part.nest, views)
    const kernel = kernelFor(device, compiled, outputs, part.nest.lengths.length, paces)
    const writer = device.arguments()
    writeWalk(writer, part.nest, part.views, paces)
    writeScalars(writer, plan.scalars, scalars)
    device.runWalk(kernel, part.nest, { operations: Math.max(1, plan.operations) })
  }
}

/** The kernel for a number of axes and a pace of each view. */
function kernelFor(
  device: Device,
  { plan, kernels }: Compiled,
  outputs: readonly View[],
  rank: number,
  paces: readonly Pace[],
): Kernel {
  const key = `${rank}${paces.map((pace) => pace[0]).join('')}`
  let kernel = kernels.get(key)
  if (kernel === undefined) {
    const classes = classesOf(plan, outputs, paces)
    kernel = device.compile((kit, args, from, to) =>
      writeMapKernel(plan, { kit, args, from, to, rank, classes }),
    )
    kernels.set(key, kernel)
  }
  return kernel
}

/** Whether all views are row by row in one piece: most are, and what there is to know of the others takes longer than a short call. */
function isFlat({ leaves }: Plan, { inputs, outputs }: MapCall): boolean {
  for (const leaf of leaves) {
    if (leaf.kind !== 'input' || !isContiguous(inputs[leaf.slot] as View)) return false
  }
  for (const output of outputs) if (!isContiguous(output)) return false
  return true
}

/** The same as for other views, with one axis over all elements. */
function runFlat(device: Device, call: MapCall, compiled: Compiled, size: number): void {
  const { inputs, outputs, scalars } = call
  const { plan } = compiled
  compiled.flat ??= kernelFor(
    device,
    compiled,
    outputs,
    1,
    [...plan.leaves, ...outputs].map((): Pace => 'contiguous'),
  )
  const writer = device.arguments()
  writer.word(size)
  for (const leaf of plan.leaves) if (leaf.kind === 'input') writer.word(startOf(inputs[leaf.slot] as View))
  for (const output of outputs) writer.word(startOf(output))
  writeScalars(writer, plan.scalars, scalars)
  device.runWalk(
    compiled.flat,
    { lengths: [size], strides: [] },
    { operations: Math.max(1, plan.operations) },
  )
}

function classesOf(plan: Plan, outputs: readonly View[], paces: readonly Pace[]): ViewClass[] {
  const dtypes = [...plan.leaves.map(dtypeOfLeaf), ...outputs.map(({ dtype }) => dtype)]
  return paces.map((pace, i) => ({ dtype: dtypes[i], pace }))
}
