/**
 * Calls with more buffers than a shader may bind: their inputs are copied into scratch first, one for each type, and
 * outputs are written by several calls.
 */
import {
  type DType,
  input,
  type MapCall,
  type ProgramScalar,
  type ReduceCall,
  rowMajorLayout,
  sizeOf,
  type View,
} from '@nabla/backend'
import { leavesOf } from '../expression/leaves.js'
import type { DeviceFacts, Scratch } from '../plan/plan.js'
import { storedBytes, storedType } from '../wgsl/types.js'
import type { Memory } from './memory.js'
import { resultType } from './reduce/fold.js'

type AnyMap = MapCall<Memory, ProgramScalar>
type AnyReduce = ReduceCall<Memory, ProgramScalar>

function countMemories(views: readonly View<Memory>[]): number {
  return new Set(views.map(({ buffer }) => buffer)).size
}

/** The inputs that the expressions read. */
function readBy({ expressions, inputs }: AnyMap): readonly View<Memory>[] {
  return [...leavesOf(expressions).inputs.keys()].map((slot) => inputs[slot] as View<Memory>)
}

export function isCrowdedMap(call: AnyMap, { maximumStorageBuffers }: DeviceFacts): boolean {
  const views = [...readBy(call), ...call.outputs, ...(call.when ? [call.when] : [])]
  return views.length > maximumStorageBuffers && countMemories(views) > maximumStorageBuffers
}

export function isCrowdedReduce(call: AnyReduce, { maximumStorageBuffers }: DeviceFacts): boolean {
  const views = [...call.inputs, call.output, ...(call.postInputs ?? [])]
  return views.length > maximumStorageBuffers && countMemories(views) > maximumStorageBuffers
}

/** A view of the same elements with repetitions left out, each axis of them of length 1. */
function distinct(view: View<Memory>): View<Memory> {
  return { ...view, shape: view.shape.map((length, axis) => (view.strides[axis] === 0 ? 1 : length)) }
}

const copy = (label: string, from: View<Memory>, to: View<Memory>): AnyMap => ({
  kind: 'map',
  label,
  shape: to.shape,
  expressions: [input(0, from.dtype)],
  inputs: [from],
  scalars: [],
  outputs: [to],
})

/** 32-bit words for elements of a type, in whole vectors. */
function wordsOf(length: number, dtype: DType, facts: DeviceFacts): number {
  return Math.ceil((length * storedBytes(dtype, facts)) / 16) * 4
}

/** The call over scratch into which its inputs were copied, and the copies. */
function gathered(call: AnyMap, facts: DeviceFacts): { readonly copies: AnyMap[]; readonly call: AnyMap } {
  const used = leavesOf(call.expressions).inputs
  const places = call.inputs.map((view, slot) => {
    if (!used.has(slot)) return undefined
    const { shape } = distinct(view)
    const length = Math.ceil(sizeOf(shape) / 4) * 4
    return { type: storedType(view.dtype, facts), dtype: view.dtype, shape, length }
  })
  const starts: number[] = []
  const lengths = new Map<string, { length: number; dtype: DType }>()
  for (const place of places) {
    const before = place && lengths.get(place.type)
    starts.push(before?.length ?? 0)
    if (place) lengths.set(place.type, { length: (before?.length ?? 0) + place.length, dtype: place.dtype })
  }
  const scratches = new Map(
    [...lengths].map(([type, { length, dtype }]): [string, Scratch] => [
      type,
      { kind: 'scratch', words: wordsOf(length, dtype, facts) },
    ]),
  )
  const copies: AnyMap[] = []
  const inputs = call.inputs.map((view, slot) => {
    const place = places[slot]
    const scratch = place && scratches.get(place.type)
    if (place === undefined || scratch === undefined) return view
    const target = { ...rowMajorLayout(place.shape), offset: starts[slot] as number }
    copies.push(copy(call.label, distinct(view), { ...target, buffer: scratch, dtype: view.dtype }))
    const strides = target.strides.map((stride, axis) => (view.strides[axis] === 0 ? 0 : stride))
    return { ...view, ...target, shape: call.shape, strides, buffer: scratch }
  })
  return { copies, call: { ...call, inputs } }
}

/** Calls that do the same, each with buffers that fit. */
export function spreadMap(crowded: AnyMap, facts: DeviceFacts): readonly AnyMap[] {
  const { copies, call } = gathered(crowded, facts)
  const besides = countMemories([...readBy(call), ...(call.when ? [call.when] : [])])
  const room = facts.maximumStorageBuffers - besides
  const calls: AnyMap[] = []
  for (let first = 0; first < call.outputs.length; first += room) {
    calls.push({
      ...call,
      expressions: call.expressions.slice(first, first + room),
      outputs: call.outputs.slice(first, first + room),
    })
  }
  return [...copies, ...calls]
}

/** The same for a reduction: what it maps before and after become calls of their own. */
export function spreadReduce(call: AnyReduce, facts: DeviceFacts): readonly (AnyMap | AnyReduce)[] {
  const { post, postInputs = [], ...rest } = call
  const calls: (AnyMap | AnyReduce)[] = []
  const temporary = (shape: readonly number[], dtype: DType): View<Memory> => ({
    ...rowMajorLayout(shape),
    dtype,
    buffer: { kind: 'scratch', words: wordsOf(sizeOf(shape), dtype, facts) },
  })
  const { label, shape, expression, inputs, scalars, output } = call
  const mapped = temporary(shape, expression.dtype)
  calls.push({ kind: 'map', label, shape, expressions: [expression], inputs, scalars, outputs: [mapped] })
  const reduce: AnyReduce = { ...rest, expression: input(0, expression.dtype), inputs: [mapped], scalars: [] }
  if (post === undefined) return [...calls, reduce]
  const result = temporary(output.shape, resultType(call.operation, expression.dtype))
  calls.push({ ...reduce, output: result })
  const after = {
    shape: output.shape,
    expressions: [post],
    inputs: [result, ...postInputs],
    outputs: [output],
  }
  calls.push({ kind: 'map', label, scalars, ...after })
  return calls
}
