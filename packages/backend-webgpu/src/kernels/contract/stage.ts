/**
 * Inputs of an epilogue that are more buffers than a shader may have: what doesn't fit is brought into one piece of scratch
 * memory first, as 32-bit words in the order of the output, by as many dispatches as that takes.
 */
import { type Buffer, rowMajorStrides, type Shape, sizeOf, type View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Scratch } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType } from '../../wgsl/types.js'
import { addGroup, groupOf, offsetFunction } from './group.js'
import type { InputView } from './problem.js'
import { toWordText } from './words.js'

const INVOCATIONS = 64

export interface Staged {
  readonly dispatches: readonly Dispatch[]
  readonly inputs: readonly InputView[]
}

function stageDispatch(
  label: string,
  facts: DeviceFacts,
  views: readonly View[],
  scratch: Scratch,
  first: number,
): Dispatch {
  const shape = views[0]?.shape ?? []
  const size = sizeOf(shape)
  const builder = new DispatchBuilder(`${label}, inputs of the epilogue`)
  const target = builder.scratch(scratch, 'u32', 'read_write')
  const sizes = builder.integers([size, first * size])
  const sources = views.map(({ buffer, dtype, offset }) => ({
    dtype,
    buffer: builder.buffer(buffer, storedType(dtype, facts), 'read'),
    offset: builder.integer(offset),
  }))
  const group = addGroup(builder, groupOf(views, 0, shape.length))
  const body = (): string => {
    const copies = sources.map(({ dtype, buffer, offset }, i) => {
      const element = `b${buffer}[u32(${integerText(offset)} + source${i}(element))]`
      const place = `${wordText(sizes + 1)} + ${i}u * ${wordText(sizes)} + element`
      return `  b${target}[${place}] = ${toWordText(loadText(element, dtype, facts), dtype)};`
    })
    const statements = `let element = group * ${INVOCATIONS}u + lane;
if (element < ${wordText(sizes)}) {
${copies.join('\n')}
}`
    const functions = sources.map((_, i) => offsetFunction(`source${i}`, group, i))
    return [...functions, mainText({ invocations: INVOCATIONS }, statements)].join('\n')
  }
  const key = `contract stage ${group.rank} ${sources.map(({ dtype, buffer }) => `${dtype}${buffer}`).join()}`
  return builder.build({ key, invocations: INVOCATIONS, body }, Math.ceil(size / INVOCATIONS))
}

/** The views of a few buffers, as many buffers as `limit` allows. */
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

/** @param free how many buffers the inputs that stay where they are may have, `output` not counted */
export function stageInputs(
  label: string,
  facts: DeviceFacts,
  shape: Shape,
  inputs: readonly View[],
  output: Buffer,
  free: number,
): Staged {
  const staying = new Set<Buffer>([output])
  for (const { buffer } of inputs) if (staying.size <= free) staying.add(buffer)
  const moved = inputs.filter(({ buffer }) => !staying.has(buffer))
  const size = sizeOf(shape)
  const scratch: Scratch = { kind: 'scratch', words: moved.length * size }
  let first = 0
  const dispatches = portions(moved, facts.maximumStorageBuffers - 1).map((views) => {
    first += views.length
    return stageDispatch(label, facts, views, scratch, first - views.length)
  })
  const strides = rowMajorStrides(shape)
  const places = new Map(moved.map((view, i) => [view, i * size]))
  return {
    dispatches,
    inputs: inputs.map((view): InputView => {
      const offset = places.get(view)
      return offset === undefined ? view : { ...view, buffer: scratch, strides, offset }
    }),
  }
}
