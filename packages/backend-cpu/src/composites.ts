/**
 * The composites that this backend claims: softmax and logSoftmax, a line at a time in three passes with sums in
 * float64, instead of the four kernels and three intermediate tensors of their decomposition.
 */
import type { CompositeCall, View } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { forEachLine } from './lines.js'
import { ROUNDING } from './map/lane64.js'
import { load64, store64 } from './map/tiles64.js'
import { exp32, POWERS } from './math/exp32.js'

function largest32(data: Float32Array, at: number, step: number, n: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let p = 0; p < n; p++) {
    const x = data[at + p * step]!
    if (!(x <= largest)) largest = Math.max(largest, x)
  }
  return largest
}

/** Exponentials of a line less its largest, into `line`; returns their sum. */
function exponentials32(line: Float64Array, data: Float32Array, at: number, step: number, n: number): number {
  const powers = POWERS
  const largest = largest32(data, at, step, n)
  let sum = 0
  for (let p = 0; p < n; p++) {
    const x = exp32(data[at + p * step]! - largest, powers)
    line[p] = x
    sum += x
  }
  return sum
}

function softmax32(
  line: Float64Array,
  target: Float32Array,
  to: number,
  toStep: number,
  source: Float32Array,
  from: number,
  fromStep: number,
  n: number,
): void {
  const scale = 1 / exponentials32(line, source, from, fromStep, n)
  for (let p = 0; p < n; p++) target[to + p * toStep] = line[p]! * scale
}

function logSoftmax32(
  target: Float32Array,
  to: number,
  toStep: number,
  source: Float32Array,
  from: number,
  fromStep: number,
  n: number,
): void {
  const powers = POWERS
  const largest = largest32(source, from, fromStep, n)
  let sum = 0
  for (let p = 0; p < n; p++) sum += exp32(source[from + p * fromStep]! - largest, powers)
  const shift = largest + Math.log(sum)
  for (let p = 0; p < n; p++) target[to + p * toStep] = source[from + p * fromStep]! - shift
}

/** The same for a line of any float type, in place. */
function softmax64(line: Float64Array, logarithm: boolean): void {
  let largest = Number.NEGATIVE_INFINITY
  for (const x of line) largest = Math.max(largest, x)
  let sum = 0
  for (const x of line) sum += Math.exp(x - largest)
  const shift = Math.log(sum)
  for (let p = 0; p < line.length; p++) {
    line[p] = logarithm ? line[p]! - largest - shift : Math.exp(line[p]! - largest) / sum
  }
}

export function runComposite(call: CompositeCall): void {
  const [input] = call.inputs as [View]
  const [output] = call.outputs as [View]
  const axis = call.attributes.axis as number
  const logarithm = call.name === 'logSoftmax'
  const n = input.shape[axis] as number
  const line = new Float64Array(n)
  const source = dataOf(input)
  const target = dataOf(output)
  const fromStep = input.strides[axis] as number
  const toStep = output.strides[axis] as number
  forEachLine(input.shape, axis, [input, output], (at) => {
    const [from, to] = at as readonly [number, number]
    if (source instanceof Float32Array && target instanceof Float32Array) {
      if (logarithm) logSoftmax32(target, to, toStep, source, from, fromStep, n)
      else softmax32(line, target, to, toStep, source, from, fromStep, n)
    } else {
      load64(line, source, { at: from, row: 0, column: fromStep }, 1, n)
      softmax64(line, logarithm)
      ROUNDING[output.dtype]?.(n, line, 0)
      store64(target, { at: to, row: 0, column: toStep }, line, { at: 0, row: 0, column: 1 }, 1, n)
    }
  })
}
