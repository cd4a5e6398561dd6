/**
 * The `reduce` kernel: chooses how to walk, and runs the code that was emitted for it.
 */
import { type Expr, expressions, type ReduceCall, sizeOf } from '@nabla/backend'
import type { Kernel } from '../assembler/index.js'
import type { Device } from '../device.js'
import type { ViewClass } from '../emit/walk.js'
import { dtypeOfLeaf } from '../map/kernel.js'
import { placeLeaf } from '../map/map.js'
import { ByExpressions, type Plan, planOf, writeScalars } from '../map/plan.js'
import { buildNest, type Nest, orderByStride, type Placed, paceOf, placeView } from '../nest.js'
import { runArgOfDoubles } from './arg64.js'
import { foldingOf } from './folding.js'
import { COLUMNS, postLeaves, type ReduceShape, writeReduceKernel } from './kernel.js'

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
  } else if (expression.dtype === 'float64' && (operation === 'argMax' || operation === 'argMin')) {
    runArgOfDoubles(device, call)
  } else reduce(device, call)
}

/** Views of a call by the axes that are kept and reduced. */
interface Walk {
  readonly form: 'along' | 'across'
  readonly kept: Nest
  readonly reduced: Nest
}

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
  const positions = operation === 'argMax' || operation === 'argMin'
  // Positions are counted, so they have to come in row-major order.
  const reducedOrder = positions ? reducedAxes : orderByStride(leaves, reducedAxes)
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

function reduce(device: Device, call: ReduceCall): void {
  const { shape, inputs, operation, output, postInputs = [], scalars } = call
  const { plan, post, kernels } = compiledFor(device, call.expression, call.post)
  const besides = postLeaves(post)
  const leaves = plan.leaves.map((leaf) => placeLeaf(leaf, shape, inputs))
  const results = [
    placeView(output),
    ...besides.map((leaf) => placeLeaf(leaf, output.shape, [output, ...postInputs])),
  ]
  const { form, kept, reduced } = chooseWalk(call, leaves, results)
  const inner = form === 'along' ? reduced : kept
  const leafPaces = leaves.map(({ bytes }, i) => paceOf(inner.strides[i]?.at(-1) as number, bytes))
  const resultPaces = results.map(({ bytes }, i) =>
    form === 'along' ? 'uniform' : paceOf(kept.strides[leaves.length + i]?.at(-1) as number, bytes),
  )
  const paces = [...leafPaces, ...resultPaces].map((pace) => pace[0]).join('')
  const key = `${operation}${form}${kept.lengths.length}${reduced.lengths.length}${paces}`
  const folding = foldingOf(operation, call.expression.dtype)
  let kernel = kernels.get(key)
  if (kernel === undefined) {
    const resultTypes = [output.dtype, ...besides.map(dtypeOfLeaf)]
    const what: ReduceShape = {
      form,
      kept: kept.lengths.length,
      reduced: reduced.lengths.length,
      folding,
      plan,
      leaves: plan.leaves.map(
        (leaf, i): ViewClass => ({ dtype: dtypeOfLeaf(leaf), pace: leafPaces[i] ?? 'uniform' }),
      ),
      positions: operation === 'argMax' || operation === 'argMin',
      post,
      results: resultPaces.map((pace, i): ViewClass => ({ dtype: resultTypes[i], pace })),
    }
    kernel = device.compile((...given) => writeReduceKernel(what, ...given))
    kernels.set(key, kernel)
  }
  const columns = kept.lengths.at(-1) as number
  const width = Math.min(columns, COLUMNS)
  const launch = (registers: number): void => {
    const writer = device.arguments()
    writer.words([...kept.lengths, ...reduced.lengths, registers])
    leaves.forEach(({ address }, i) => {
      writer.words([address, ...(kept.strides[i] ?? []), ...(reduced.strides[i] ?? [])])
    })
    results.forEach(({ address }, i) => {
      writer.words([address, ...(kept.strides[leaves.length + i] ?? [])])
    })
    writeScalars(writer, plan.scalars, scalars)
    if (post !== undefined) writeScalars(writer, post.scalars, scalars)
    const all = sizeOf(kept.lengths)
    const each = sizeOf(reduced.lengths)
    if (form === 'along') device.run(kernel, all, each)
    else device.run(kernel, (all / columns) * Math.ceil(columns / COLUMNS), each * width)
  }
  if (form === 'along') launch(0)
  // Four registers of four lanes at most, and up to three columns that have four lanes each for themselves.
  else device.memory.borrow((width / 4 + 4) * 64, launch)
}
