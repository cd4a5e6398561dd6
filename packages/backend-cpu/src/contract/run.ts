/**
 * The `contract` kernel: chooses how to multiply, then maps the sums by the post expression.
 */
import { type ContractCall, isInteger, sizeOf, type TypedArray, type View } from '@nabla/backend'
import { dataOf } from '../buffer.js'
import { runMap } from '../map/run.js'
import { halfValues } from '../math/half.js'
import { multiplyBlocked } from './blocked.js'
import { multiplyIntegers } from './integers.js'
import type { Source } from './pack.js'
import { type Problem, problemOf } from './problem.js'
import { multiplySkinny } from './skinny.js'

/** The elements of an operand as float32 or float64; float16 is decoded in place, so offsets stay the same. */
function sourceOf(view: View): Source {
  const data = dataOf(view)
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  const values = halfValues()
  return Float32Array.from(data.subarray(0, view.buffer.length), (bits) => values[bits]!)
}

function multiplyFloats(problem: Problem, left: Source, right: Source, target: TypedArray): void {
  const narrow =
    left instanceof Float32Array && right instanceof Float32Array && target instanceof Float32Array
  if (!(narrow && multiplySkinny(problem, left, right, target))) multiplyBlocked(problem, left, right, target)
}

export function runContract(call: ContractCall): void {
  const { left, right, output, post, scalars, label } = call
  if (sizeOf(output.shape) === 0) return
  const problem = problemOf(call)
  const target: TypedArray = dataOf(output)
  if (isInteger(output.dtype)) multiplyIntegers(problem, dataOf(left), dataOf(right), target)
  else multiplyFloats(problem, sourceOf(left), sourceOf(right), target)
  if (post === undefined) return
  const inputs = [output, ...(call.postInputs ?? [])]
  runMap({ kind: 'map', label, shape: output.shape, expressions: [post], inputs, scalars, outputs: [output] })
}
