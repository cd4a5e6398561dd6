/**
 * softmax and logSoftmax of any type along any axis: in three kernels over a strip of lines that stays in the cache, without
 * tensors in between; in float32 where the type is float16.
 */
import {
  type CompositeCall,
  type CompositeName,
  type DType,
  type Expr,
  expressions as e,
  input,
  sliceLayout,
  type View,
} from '@nabla/backend'
import type { Device } from '../device.js'
import { runMap } from '../map/map.js'
import { runReduce } from '../reduce/reduce.js'
import { withTemporary } from '../temporary.js'

/** Elements of a strip: 1 MiB of float32, which a third-level cache keeps, and long enough for the host to be forgotten. */
const STRIP = 2 ** 18

/** The axis that is cut into strips, and how long each is. */
function stripsOf(shape: readonly number[], axis: number): readonly [number, number] {
  let cut = -1
  shape.forEach((length, each) => {
    if (each !== axis && length > 1 && cut < 0) cut = each
  })
  if (cut < 0) return [axis, shape[axis] as number]
  const elements = shape.reduce((product, length) => product * length, 1)
  const perStep = elements / (shape[cut] as number)
  return [cut, Math.max(4, Math.floor(STRIP / perStep))]
}

function part(view: View, axis: number, start: number, length: number): View {
  return { ...view, ...sliceLayout(view, axis, start, length, 1) }
}

export function runStrips(device: Device, call: CompositeCall): void {
  const [source, target] = [call.inputs[0] as View, call.outputs[0] as View]
  const axis = call.attributes.axis as number
  const [cut, step] = stripsOf(source.shape, axis)
  const length = source.shape[cut] as number
  for (let start = 0; start < length; start += step) {
    const own = Math.min(step, length - start)
    runStrip(device, call, axis, part(source, cut, start, own), part(target, cut, start, own))
  }
}

/** A view of lines, each one element, as long as lines are. */
const alongLines = (view: View, shape: readonly number[], axis: number): View => ({
  ...view,
  shape,
  strides: view.strides.with(axis, 0),
})

/** What the kernels of one composite compute, for one element type. */
interface Formulas {
  /** The type of what is kept of a line. */
  readonly wide: 'float32' | 'float64'
  /** Of the source. */
  readonly largest: Expr
  /** Of the source and the largest; softmax keeps it in the target. */
  readonly exponential: Expr
  /** Of what is summed, and what is made of the sum. */
  readonly summed: Expr
  readonly post: Expr
  /** Of the source, the largest and the sum; for softmax of the target and the sum. */
  readonly result: Expr
}

function makeFormulas(name: CompositeName, dtype: DType): Formulas {
  const wide = dtype === 'float64' ? 'float64' : 'float32'
  const of = (slot: number): Expr => input(slot, wide)
  // Exponentials are kept in the target, which they fit well enough even in float16.
  const x = e.cast(input(0, dtype), wide)
  const shifted = e.subtract(x, of(1))
  const common = { wide, largest: x } as const
  if (name === 'softmax') {
    const result = e.cast(e.multiply(x, of(1)), dtype)
    return {
      ...common,
      exponential: e.cast(e.exp(shifted), dtype),
      summed: x,
      post: e.divide(1, of(0)),
      result,
    }
  }
  const exponential = e.exp(shifted)
  const result = e.cast(e.subtract(shifted, of(2)), dtype)
  return { ...common, exponential, summed: exponential, post: e.log(of(0)), result }
}

const made = new Map<string, Formulas>()

function formulasOf(name: CompositeName, dtype: DType): Formulas {
  const key = name + dtype
  const formulas = made.get(key) ?? makeFormulas(name, dtype)
  made.set(key, formulas)
  return formulas
}

function runStrip(device: Device, call: CompositeCall, axis: number, source: View, target: View): void {
  const { label, name } = call
  const { shape } = source
  const { wide, largest: x, exponential, summed, post, result } = formulasOf(name, source.dtype)
  const lines = shape.with(axis, 1)
  const reduce = { kind: 'reduce', label, shape, axes: [axis], scalars: [] } as const
  const map = { kind: 'map', label, shape, scalars: [], outputs: [target] } as const
  withTemporary(device, wide, lines, (largest) => {
    withTemporary(device, wide, lines, (sums) => {
      runReduce(device, { ...reduce, operation: 'maximum', expression: x, inputs: [source], output: largest })
      const spread = alongLines(sums, shape, axis)
      let inputs = [source, alongLines(largest, shape, axis)]
      if (name === 'softmax') {
        runMap(device, { ...map, expressions: [exponential], inputs })
        inputs = [target]
      }
      runReduce(device, { ...reduce, operation: 'sum', expression: summed, inputs, post, output: sums })
      runMap(device, { ...map, expressions: [result], inputs: [...inputs, spread] })
    })
  })
}
