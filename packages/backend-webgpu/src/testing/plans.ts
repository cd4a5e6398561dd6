/** Plans written by hand, to test what runs plans without any kernel of the package. */
import {
  type Buffer,
  IndexError,
  input,
  type MapCall,
  type NablaError,
  rowMajorLayout,
  type View,
} from '@nabla/backend'
import { WebgpuBackend } from '../backend.js'
import { DispatchBuilder } from '../plan/dispatch-builder.js'
import type { Dispatch, PlannedCall, Planner, Scratch } from '../plan/plan.js'
import { integerText, mainText, reportFault, wordText } from '../wgsl/module.js'
import { openTestDevice } from './device.js'

export function viewOf(buffer: Buffer): View {
  return { buffer, dtype: buffer.dtype, ...rowMajorLayout([buffer.length]) }
}

/** A call with views of whole buffers; what it does is what the plan for its label does. */
export function callOf(
  label: string,
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  scalars: readonly number[] = [],
): MapCall {
  return {
    kind: 'map',
    label,
    shape: [],
    expressions: [input(0, 'int32')],
    inputs: inputs.map(viewOf),
    outputs: outputs.map(viewOf),
    scalars,
  }
}

/** The index of an element: one group for each, or one invocation. */
const BY_GROUP = 'let i = group; if (lane > 0u) { return; }'

function shader(key: string, statements: string): Dispatch['shader'] {
  return { key, invocations: 1, body: () => mainText({ invocations: 1 }, `${BY_GROUP}\n${statements}`) }
}

type Call = Parameters<Planner<PlannedCall>>[0] & { readonly kind: 'map' }

const first = (views: Call['inputs']): Buffer => (views[0] as View).buffer

/** output = input + scalar, a group for each element. */
export function planAdd(call: Call): Dispatch[] {
  const dispatch = new DispatchBuilder(`${call.label} [${first(call.outputs).length}]`)
  const from = dispatch.buffer(first(call.inputs), 'i32', 'read')
  const to = dispatch.buffer(first(call.outputs), 'i32', 'read_write')
  const scalar = dispatch.scalar(call.scalars[0] ?? 0, 'int32')
  const offset = dispatch.integer(call.inputs[0]?.offset ?? 0)
  const text = shader('add', `b${to}[i] = b${from}[i + ${wordText(offset)}] + ${integerText(scalar)};`)
  return [dispatch.build(text, first(call.outputs).length)]
}

/** output = 2 · input by way of scratch memory. */
export function planDouble(call: Call): Dispatch[] {
  const { length } = first(call.outputs)
  const scratch: Scratch = { kind: 'scratch', words: length }
  const there = new DispatchBuilder(call.label)
  const from = there.buffer(first(call.inputs), 'i32', 'read')
  const out = there.scratch(scratch, 'i32', 'read_write')
  const back = new DispatchBuilder(call.label)
  const on = back.scratch(scratch, 'i32', 'read')
  const to = back.buffer(first(call.outputs), 'i32', 'read_write')
  return [
    there.build(shader('there', `b${out}[i] = b${from}[i];`), length),
    back.build(shader('back', `b${to}[i] = 2 * b${on}[i];`), length),
  ]
}

/** output = word number `input`, among many words. */
export function planWords(call: Call): Dispatch[] {
  const dispatch = new DispatchBuilder(call.label)
  const to = dispatch.buffer(first(call.outputs), 'i32', 'read_write')
  const words = dispatch.integers(Array.from({ length: 100 }, (_, word) => 1000 + word))
  const sum = [0, 50, 99].map((word) => integerText(words + word)).join(' + ')
  return [dispatch.build(shader('words', `b${to}[i] = ${sum};`), 1)]
}

/** Reports every negative input as a fault, and copies the others. */
export function planPick(call: Call): Dispatch[] {
  const dispatch = new DispatchBuilder(call.label)
  const from = dispatch.buffer(first(call.inputs), 'i32', 'read')
  const to = dispatch.buffer(first(call.outputs), 'i32', 'read_write')
  const faults = dispatch.faults((value): NablaError => {
    return new IndexError(call.label, {
      expected: 'indices from 0',
      received: `index ${value | 0}`,
      fix: 'correct the indices',
    })
  })
  const text = `if (b${from}[i] < 0) { ${reportFault(faults, `bitcast<u32>(b${from}[i])`)} return; }
b${to}[i] = b${from}[i];`
  return [dispatch.build(shader('pick', text), first(call.outputs).length)]
}

/** A shader that doesn't compile. */
export function planBroken(call: Call): Dispatch[] {
  const dispatch = new DispatchBuilder(`${call.label} [${first(call.outputs).length}]`)
  const to = dispatch.buffer(first(call.outputs), 'i32', 'read_write')
  return [dispatch.build(shader('broken', `b${to}[i] = nonsense;`), 1)]
}

/** More buffers in a shader than a device has. */
export function planCrowded(call: Call): Dispatch[] {
  const dispatch = new DispatchBuilder(call.label)
  const to = dispatch.buffer(first(call.outputs), 'i32', 'read_write')
  const words = Array.from({ length: 40 }, (): Scratch => ({ kind: 'scratch', words: 4 }))
  for (const each of words) dispatch.scratch(each, 'i32', 'read_write')
  return [dispatch.build(shader('crowded', `b${to}[i] = i32(${wordText(0)});`), 1)]
}

const PLANS = {
  add: planAdd,
  double: planDouble,
  words: planWords,
  pick: planPick,
  broken: planBroken,
  crowded: planCrowded,
}

/** Plans a call by its label's first word. */
export const planByLabel: Planner<PlannedCall> = (call) => {
  const [name = ''] = call.label.split(' ')
  if (call.kind !== 'map' || !Object.hasOwn(PLANS, name)) throw new TypeError(`no plan for ${call.label}`)
  return PLANS[name as keyof typeof PLANS](call)
}

/** A backend that runs these plans. @param change what the device is replaced by */
export async function plannedBackend(
  change: (device: GPUDevice) => GPUDevice = (device) => device,
): Promise<{ readonly backend: WebgpuBackend; readonly device: GPUDevice }> {
  const device = await openTestDevice()
  return { device, backend: new WebgpuBackend(change(device), planByLabel) }
}
