/**
 * Capturing: a function runs once on stand-ins, and what it asked for becomes a graph.
 */
import {
  type Backend,
  type Buffer,
  input,
  isContiguous,
  type Layout,
  permuteLayout,
  rowMajorLayout,
  sizeOf,
  type TraceBackend,
} from '@nabla/backend'
import { requireSynchronous } from '../autograd/recorded-function.js'
import type { TensorHandle } from '../engine/handle.js'
import { runOwned } from '../engine/scope.js'
import { Step } from '../engine/step.js'
import { tracing } from '../engine/tracing.js'
import type { Tensor } from '../tensor.js'
import { FunctionTrace, type HostAction } from './function-trace.js'
import { addSlot, type Graph, type GraphSlot, type Role, type SlotView } from './graph.js'
import { type Template, templateOf } from './results.js'
import { withTensors } from './signature.js'

/** A tensor that the function returns: where it will be, and how it lies there. */
export interface ResultSpecification {
  readonly slot: number
  readonly layout: Layout
  readonly operation: string
  readonly dtype: Tensor['dtype']
  readonly make: Tensor['make']
  /** Whether it came with gradients: such that the function applied, so that it ends with the next call, or others. */
  readonly step: 'applied' | 'open' | undefined
}

export interface Capture {
  readonly backend: Backend
  readonly usesDefault: boolean
  readonly graph: Graph
  readonly results: readonly ResultSpecification[]
  readonly build: Template
  readonly actions: readonly HostAction[]
  /** The numbers of the first run, by scalar slot. */
  readonly numbers: readonly number[]
  readonly spent: ReadonlySet<number>
  /** Tensors from outside that became constants. */
  readonly constants: readonly TensorHandle[]
  /** Buffers with data from the host that the program owns. */
  readonly uploads: readonly Buffer[]
}

/** Whether a layout covers a whole slot, in any order of its axes. */
function isDense(layout: Layout, length: number): boolean {
  const order = layout.shape
    .map((_, axis) => axis)
    .sort((a, b) => (layout.strides[b] ?? 0) - (layout.strides[a] ?? 0))
  return layout.offset === 0 && sizeOf(layout.shape) === length && isContiguous(permuteLayout(layout, order))
}

function copyCall(from: SlotView, to: SlotView): Graph['nodes'][number] {
  return {
    segment: 0,
    call: {
      kind: 'map',
      label: 'copy',
      shape: from.shape,
      expressions: [input(0, from.dtype)],
      inputs: [from],
      scalars: [],
      outputs: [to],
    },
  }
}

/** Runs a function on stand-ins. @param tensors the tensors in `parameters`, row-major, in order */
function runTraced<Parameters extends readonly unknown[]>(
  trace: FunctionTrace,
  run: (...parameters: Parameters) => unknown,
  parameters: Parameters,
  tensors: readonly Tensor[],
): { readonly result: unknown; readonly slots: readonly number[] } {
  const slots: number[] = []
  let next = 0
  const standIns = withTensors(parameters, () => {
    const given = tensors[next++] as Tensor
    const standIn = trace.standInFor(given, given.make, 'argument of jit')
    slots.push(standIn.reference.storage.buffer.id)
    return standIn
  })
  const outer = tracing.current
  tracing.current = trace
  try {
    const result = runOwned(trace.owner, () => run(...standIns))
    return { result: requireSynchronous('jit', result), slots }
  } finally {
    tracing.current = outer
  }
}

/** Roles of the recorded slots. Host data is put on the backend. */
function rolesOf(
  trace: FunctionTrace,
  backend: TraceBackend,
  positions: readonly number[],
): {
  readonly slots: GraphSlot[]
  readonly uploads: Buffer[]
} {
  const recording = backend.recording()
  const uploads: Buffer[] = []
  const variables = new Map([...trace.variables.values()].map(({ slot, variable }) => [slot, variable]))
  const roleOf = (slot: number): Role => {
    const position = positions.indexOf(slot)
    if (position >= 0) return { kind: 'argument', position }
    const variable = variables.get(slot)
    if (variable !== undefined) return { kind: 'variables', variables: [variable] }
    const outside = recording.buffers.get(slot)
    if (outside !== undefined) return { kind: 'constant', buffer: outside }
    const data = recording.uploads.get(slot)
    if (data === undefined) return { kind: 'temporary' }
    const { dtype, length } = recording.slots[slot] as GraphSlot
    const buffer = backend.inner.allocate(dtype, length)
    backend.inner.write(buffer, data)
    uploads.push(buffer)
    return { kind: 'constant', buffer }
  }
  return { slots: recording.slots.map((slot, number) => ({ ...slot, role: roleOf(number) })), uploads }
}

/** The tensors from outside that calls use. */
function constantsOf(trace: FunctionTrace, backend: TraceBackend): TensorHandle[] {
  const buffers = [...backend.recording().buffers.values()]
  return buffers.map((buffer) => trace.admitted.get(buffer)).filter((tensor) => tensor !== undefined)
}

class GraphBuilder {
  constructor(
    readonly graph: Graph,
    private readonly backend: TraceBackend,
  ) {}

  #viewOf(tensor: Tensor): SlotView {
    const { dtype, shape, strides, offset, reference } = tensor
    return { buffer: this.backend.slotOf(reference.storage.buffer), dtype, shape, strides, offset }
  }

  #copy(view: SlotView, role: Role): SlotView {
    const layout = rowMajorLayout(view.shape)
    const slot = addSlot(this.graph, { dtype: view.dtype, length: sizeOf(view.shape), role })
    const copy = { buffer: slot, dtype: view.dtype, ...layout }
    this.graph.nodes.push(copyCall(view, copy))
    return copy
  }

  /** A temporary slot with the value that a variable ends with, row by row. */
  final(value: Tensor): number {
    const view = this.#viewOf(value)
    const slot = this.graph.slots[view.buffer] as GraphSlot
    const isWhole = view.offset === 0 && isContiguous(view) && sizeOf(view.shape) === slot.length
    return slot.role.kind === 'temporary' && isWhole
      ? view.buffer
      : this.#copy(view, { kind: 'temporary' }).buffer
  }

  /** The slot that holds a result. */
  result(value: Tensor): ResultSpecification {
    const view = this.#viewOf(value)
    const { owner } = value
    const { role, length, dtype } = this.graph.slots[view.buffer] as GraphSlot
    const canKeep = (role.kind === 'temporary' || role.kind === 'result') && isDense(view, length)
    if (canKeep) this.graph.slots[view.buffer] = { dtype, length, role: { kind: 'result' } }
    const { buffer, shape, strides, offset } = canKeep ? view : this.#copy(view, { kind: 'result' })
    return {
      slot: buffer,
      layout: { shape, strides, offset },
      operation: value.reference.operation,
      dtype: value.dtype,
      make: value.make,
      step: owner instanceof Step ? (owner.isApplied ? 'applied' : 'open') : undefined,
    }
  }
}

/**
 * Captures a function.
 *
 * @param tensors the tensors in `parameters`, in order, each row-major
 */
export function capture<Parameters extends readonly unknown[]>(
  run: (...parameters: Parameters) => unknown,
  parameters: Parameters,
  tensors: readonly Tensor[],
): Capture | { readonly result: unknown } {
  const trace = new FunctionTrace()
  try {
    const { result, slots: positions } = runTraced(trace, run, parameters, tensors)
    const { backend } = trace
    if (backend === undefined) return { result }
    const { tensors: returned, build } = templateOf(result)
    // What is returned or assigned may be from outside, and used by no call.
    for (const each of returned) trace.use(each)
    for (const { value } of trace.variables.values()) trace.use(value)
    const { slots, uploads } = rolesOf(trace, backend, positions)
    const nodes = backend.recording().calls.map(({ call, segment }) => ({ call, segment }))
    const graph: Graph = { slots, nodes, finals: new Map() }
    const builder = new GraphBuilder(graph, backend)
    for (const { value, initial, slot } of trace.variables.values()) {
      if (value !== initial) graph.finals.set(slot, builder.final(value))
    }
    const results = returned.map((each) => builder.result(each))
    return {
      backend: backend.inner,
      usesDefault: trace.usesDefault,
      graph,
      results,
      build,
      actions: trace.actions,
      numbers: trace.numbersNow,
      spent: trace.spent,
      constants: constantsOf(trace, backend),
      uploads,
    }
  } finally {
    trace.owner.close()
    trace.backend?.close()
  }
}
