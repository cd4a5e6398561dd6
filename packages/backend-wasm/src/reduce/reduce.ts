/**
 * The `reduce` kernel: chooses how to walk, and runs the code that was emitted for it.
 */
import { type Expr, expressions, type ReduceCall, type ReduceOperation, sizeOf } from '@nabla/backend'
import type { Kernel } from '../assembler/index.js'
import type { Device } from '../device.js'
import type { Pace, StoredType } from '../emit/access.js'
import type { ViewClass } from '../emit/walk.js'
import { dtypeOfLeaf } from '../map/kernel.js'
import { placeLeaf } from '../map/map.js'
import { ByExpressions, type Plan, planOf, writeScalars } from '../map/plan.js'
import { buildNest, type Nest, orderByStride, type Placed, pacesOf, placeView } from '../nest.js'
import { foldingOf } from './folding.js'
import { COLUMNS, postLeaves, REGISTER_BYTES, type ReduceShape, writeReduceKernel } from './kernel.js'

interface Compiled {
  readonly plan: Plan
  readonly post: Plan | undefined
  readonly kernels: Map<string, Kernel>
}

const compiled = new WeakMap<Device, ByExpressions<Compiled>>()

function compiledFor(device: Device, expression: Expr, post: Expr | undefined): Compiled {
  let own = compiled.get(device)
  if (own === undefined) {
    own = new ByExpressions()
    compiled.set(device, own)
  }
  const all = post === undefined ? [expression] : [expression, post]
  return own.get(all, () => ({
    plan: planOf([expression]),
    post: post === undefined ? undefined : planOf([post]),
    kernels: new Map(),
  }))
}

/** A call in which what is reduced has the type that is folded. */
export function runReduce(device: Device, call: ReduceCall): void {
  if (sizeOf(call.output.shape) === 0) return
  const { operation, expression } = call
  if (operation === 'any' || operation === 'all') {
    reduce(device, { ...call, expression: expressions.cast(expression, 'bool') })
  } else reduce(device, call)
}

/** Views of a call by the axes that are kept and reduced. */
interface Walk {
  readonly form: 'along' | 'across'
  readonly kept: Nest
  readonly reduced: Nest
}

/** Columns are divided between threads at multiples of a cache line of float32. */
const COLUMNS_UNIT = 16
/** Elements of the innermost reduced axis from which on it is worth to reduce along it. */
const LONG = 16

function chooseWalk(
  { shape, axes, operation }: ReduceCall,
  leaves: readonly Placed[],
  results: readonly Placed[],
): Walk {
  const all = shape.map((_, axis) => axis)
  const keptAxes = all.filter((axis) => !axes.includes(axis) && shape[axis] !== 1)
  const reducedAxes = all.filter((axis) => axes.includes(axis) && shape[axis] !== 1)
  // Positions are counted, so they have to come in row-major order.
  const reducedOrder = isArg(operation) ? reducedAxes : orderByStride(leaves, reducedAxes)
  const keptOrder = orderByStride([...leaves, ...results], keptAxes)
  const reduced = buildNest(shape, leaves, reducedOrder)
  const kept = buildNest(shape, [...leaves, ...results], keptOrder)
  const innermost = (nest: Nest): number =>
    leaves.reduce((sum, _, i) => sum + Math.abs(nest.strides[i]?.at(-1) as number), 0)
  const length = reduced.lengths.at(-1) as number
  const isAcross =
    (kept.lengths.at(-1) as number) >= 4 &&
    (innermost(kept) < innermost(reduced) ? innermost(kept) > 0 || length < LONG : length < LONG)
  return { form: isAcross ? 'across' : 'along', kept, reduced }
}

/** A call made ready: where everything lies, and how each view goes along the innermost axis. */
interface Layout extends Walk {
  readonly leaves: readonly Placed[]
  /** The output, then the views that `post` reads besides. */
  readonly results: readonly Placed[]
  readonly leafPaces: readonly Pace[]
  readonly resultPaces: readonly Pace[]
}

function layOut(call: ReduceCall, { plan, post }: Compiled): Layout {
  const { shape, inputs, output, postInputs = [] } = call
  const leaves = plan.leaves.map((leaf) => placeLeaf(leaf, shape, inputs))
  const besides = postLeaves(post).map((leaf) => placeLeaf(leaf, output.shape, [output, ...postInputs]))
  const results = [placeView(output), ...besides]
  const { form, kept, reduced } = chooseWalk(call, leaves, results)
  const leafPaces = pacesOf(form === 'along' ? reduced : kept, leaves)
  const keptPaces = pacesOf(kept, [...leaves, ...results]).slice(leaves.length)
  // Along, a result is a single element, whatever its neighbours.
  const resultPaces = form === 'along' ? keptPaces.map((): Pace => 'uniform') : keptPaces
  return { form, kept, reduced, leaves, results, leafPaces, resultPaces }
}

const isArg = (operation: ReduceOperation): boolean => operation === 'argMax' || operation === 'argMin'

function kernelFor(device: Device, call: ReduceCall, compiled: Compiled, layout: Layout): Kernel {
  const { operation, expression, output } = call
  const { plan, post, kernels } = compiled
  const { form, kept, reduced, leafPaces, resultPaces } = layout
  const paces = [...leafPaces, ...resultPaces].map((pace) => pace[0]).join('')
  const key = `${operation}${form}${kept.lengths.length}${reduced.lengths.length}${paces}`
  const known = kernels.get(key)
  if (known !== undefined) return known
  const resultTypes = [output.dtype, ...postLeaves(post).map(dtypeOfLeaf)]
  const classes = (list: readonly Pace[], types: readonly (StoredType | undefined)[]): ViewClass[] =>
    list.map((pace, i) => ({ dtype: types[i], pace }))
  const shape: ReduceShape = {
    form,
    kept: kept.lengths.length,
    reduced: reduced.lengths.length,
    folding: foldingOf(operation, expression.dtype),
    plan,
    leaves: classes(leafPaces, plan.leaves.map(dtypeOfLeaf)),
    positions: isArg(operation),
    post,
    results: classes(resultPaces, resultTypes),
  }
  const kernel = device.compile((...given) => writeReduceKernel(shape, ...given))
  kernels.set(key, kernel)
  return kernel
}

/** Columns of a block, at most `most`: fewer where threads would get none. */
export function columnsOf({ pool }: Device, columns: number, rows: number, most: number): number {
  if (pool === undefined || rows * Math.ceil(columns / most) >= pool.threads) return most
  return Math.min(most, pool.partOf(columns, COLUMNS_UNIT))
}

function reduce(device: Device, call: ReduceCall): void {
  const compiled = compiledFor(device, call.expression, call.post)
  const { plan, post } = compiled
  const layout = layOut(call, compiled)
  const { form, kept, reduced, leaves, results } = layout
  const kernel = kernelFor(device, call, compiled, layout)
  const elements = sizeOf(kept.lengths)
  const columns = kept.lengths.at(-1) as number
  const columnsAtOnce = columnsOf(device, columns, elements / columns, COLUMNS)
  const steps = form === 'along' ? elements : (elements / columns) * Math.ceil(columns / columnsAtOnce)
  // Memory is taken first: it may grow, and what was written to it before goes nowhere then.
  const registers = form === 'along' ? 0 : device.registers(REGISTER_BYTES)
  const writer = device.arguments()
  writer.words(kept.lengths)
  writer.words(reduced.lengths)
  // Each thread takes so many steps, and has registers of its own.
  writer.word(registers)
  writer.word(device.stepsPerThread(steps))
  writer.word(columnsAtOnce)
  leaves.forEach(({ address }, i) => {
    writer.word(address)
    writer.words(kept.strides[i] as readonly number[])
    writer.words(reduced.strides[i] as readonly number[])
  })
  results.forEach(({ address }, i) => {
    writer.word(address)
    writer.words(kept.strides[leaves.length + i] as readonly number[])
  })
  writeScalars(writer, plan.scalars, call.scalars)
  if (post !== undefined) writeScalars(writer, post.scalars, call.scalars)
  const elementsPerStep = (sizeOf(reduced.lengths) * elements) / steps
  device.run(kernel, { steps, elementsPerStep, operations: Math.max(1, plan.operations) })
}
