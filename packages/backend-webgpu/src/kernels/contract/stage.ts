/**
 * Inputs of an epilogue that are more buffers than a shader may have: what doesn't fit is brought into scratch memory
 * first, in the order of the output, into one piece for each element type and as many dispatches as the buffers take.
 */
import { type Buffer, rowMajorStrides, type Shape, sizeOf, type View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Scratch } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { storedBytes, storedType } from '../../wgsl/types.js'
import type { Memory } from '../memory.js'
import { addGroup, groupOf, offsetFunction } from './group.js'
import type { TargetView } from './problem.js'

const INVOCATIONS = 64

export interface Staged {
  readonly dispatches: readonly Dispatch[]
  /** The inputs, each where it is now. */
  readonly inputs: readonly TargetView[]
}

/** Copies views of one stored type one after the other into scratch memory, from the `first`-th place on. */
function stageDispatch(
  label: string,
  type: string,
  views: readonly View[],
  scratch: Scratch,
  first: number,
): Dispatch {
  const shape = views[0]?.shape ?? []
  const size = sizeOf(shape)
  const builder = new DispatchBuilder(`${label}, inputs of the epilogue`)
  const target = builder.scratch(scratch, type, 'read_write')
  const sizes = builder.integers([size, first * size])
  const sources = views.map(({ buffer, offset }) => ({
    buffer: builder.buffer(buffer, type, 'read'),
    offset: builder.integer(offset),
  }))
  const group = addGroup(builder, groupOf(views, 0, shape.length))
  const body = (): string => {
    const copies = sources.map(({ buffer, offset }, i) => {
      const place = `${wordText(sizes + 1)} + ${i}u * ${wordText(sizes)} + element`
      return `  b${target}[${place}] = b${buffer}[u32(${integerText(offset)} + source${i}(element))];`
    })
    const statements = `let element = group * ${INVOCATIONS}u + lane;
if (element < ${wordText(sizes)}) {
${copies.join('\n')}
}`
    const functions = sources.map((_, i) => offsetFunction(`source${i}`, group, i))
    return [...functions, mainText({ invocations: INVOCATIONS }, statements)].join('\n')
  }
  const key = `contract stage ${group.rank} ${sources.map(({ buffer }) => buffer).join()}`
  return builder.build({ key, invocations: INVOCATIONS, body }, Math.ceil(size / INVOCATIONS))
}

/** Views in portions of as many buffers as `limit` allows. */
function portions(views: readonly View[], limit: number): View[][] {
  const result: View[][] = []
  let buffers = new Set<Buffer>()
  for (const view of views) {
    const last = result.at(-1)
    if (last !== undefined && (buffers.has(view.buffer) || buffers.size < limit)) last.push(view)
    else {
      result.push([view])
      buffers = new Set()
    }
    buffers.add(view.buffer)
  }
  return result
}

/** Moves inputs so that those left where they are, `output` and the pieces of scratch are `room` buffers at most. */
export function stageInputs(
  label: string,
  facts: DeviceFacts,
  shape: Shape,
  inputs: readonly View[],
  output: Buffer,
  room: number,
): Staged {
  const types = [...new Set(inputs.map(({ dtype }) => storedType(dtype, facts)))]
  const staying = new Set([output])
  for (const { buffer } of inputs) if (staying.size < room - types.length) staying.add(buffer)
  const size = sizeOf(shape)
  const strides = rowMajorStrides(shape)
  const dispatches: Dispatch[] = []
  const places = new Map<View, { readonly buffer: Memory; readonly offset: number }>()
  for (const type of types) {
    const moved = inputs.filter(
      ({ dtype, buffer }) => storedType(dtype, facts) === type && !staying.has(buffer),
    )
    const bytes = moved.reduce((sum, { dtype }) => sum + size * storedBytes(dtype, facts), 0)
    const scratch: Scratch = { kind: 'scratch', words: Math.ceil(bytes / 4) }
    moved.forEach((view, i) => {
      places.set(view, { buffer: scratch, offset: i * size })
    })
    let first = 0
    for (const views of portions(moved, facts.maximumStorageBuffers - 1)) {
      dispatches.push(stageDispatch(label, type, views, scratch, first))
      first += views.length
    }
  }
  return {
    dispatches,
    inputs: inputs.map((view): TargetView => {
      const place = places.get(view)
      return place === undefined ? view : { ...view, ...place, strides }
    }),
  }
}
