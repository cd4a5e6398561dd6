/**
 * Values of a trace in progress, computed at once: a variable that a traced function makes needs its first value now.
 */
import {
  type Binding,
  type KernelCall,
  type Recording,
  type TraceBackend,
  viewsOf,
  withScalars,
} from '@nabla/backend'
import type { TensorHandle } from '../engine/handle.js'
import { Reference, Storage } from '../engine/storage.js'
import type { Tensor } from '../tensor.js'
import { copyOf } from './copies.js'
import { evaluateCalls } from './passes/constants.js'

/** The parts of a trace that this needs. */
interface Trace {
  readonly given: ReadonlyMap<number, TensorHandle>
  readonly actions: readonly { readonly slots: readonly number[] }[]
  readonly numbersNow: readonly number[]
  readonly spent: Set<number>
}

/** The recorded calls that a slot depends on, in their order. */
function callsFor(slot: number, { calls }: Recording): Recording['calls'] {
  const needed = new Set([slot])
  return calls
    .toReversed()
    .filter(({ call }) => {
      const { reads, writes } = viewsOf(call)
      if (!writes.some(({ buffer }) => needed.has(buffer))) return false
      for (const { buffer } of reads) needed.add(buffer)
      return true
    })
    .reverse()
}

/** The copy of a tensor that was given, in the layout of a view on it. */
function copyThrough(source: TensorHandle, { make, dtype, shape, strides, offset }: Tensor): Tensor {
  const { storage, operation } = source.reference
  const layout = { shape, strides, offset: offset + source.offset }
  const view = make({
    storage: storage.retain(),
    dtype,
    layout,
    reference: new Reference(storage, operation),
  })
  const copy = copyOf(view, make)
  view.reference.dispose()
  return copy
}

/** A tensor of the traced backend with the values that `initial` has in the first run. */
export function materialized(trace: Trace, backend: TraceBackend, initial: Tensor): Tensor {
  const recording = backend.recording()
  const { inner } = backend
  const source = trace.given.get(backend.slotOf(initial.reference.storage.buffer))
  if (source !== undefined) return copyThrough(source, initial)
  const slot = backend.slotOf(initial.reference.storage.buffer)
  const calls = callsFor(slot, recording)
  for (const { call } of calls) {
    if (!('scalars' in call)) continue
    for (const scalar of call.scalars) if (typeof scalar !== 'number') trace.spent.add(scalar.slot)
  }
  const uploads = new Map<number, Binding>()
  const bound = (wanted: number): Binding | undefined => {
    const given = trace.given.get(wanted)
    if (given !== undefined) return { buffer: given.reference.storage.buffer, offset: given.offset }
    const outside = recording.buffers.get(wanted)
    if (outside !== undefined) return { buffer: outside, offset: 0 }
    const data = recording.uploads.get(wanted)
    const known = uploads.get(wanted)
    if (data === undefined || known !== undefined) return known
    const { dtype, length } = recording.slots[wanted] as Recording['slots'][number]
    const binding = { buffer: inner.allocate(dtype, length), offset: 0 }
    inner.write(binding.buffer, data)
    uploads.set(wanted, binding)
    return binding
  }
  const ready = calls.map(({ call }): KernelCall<number> => withScalars(call, trace.numbersNow))
  const made = evaluateCalls(inner, recording.slots, ready, bound, new Set([slot]))
  const buffer = made.get(slot) ?? bound(slot)?.buffer
  for (const binding of uploads.values()) if (binding.buffer !== buffer) inner.release(binding.buffer)
  if (buffer === undefined) throw new RangeError('jit: the first value of a variable was never computed')
  const { dtype, shape, strides, offset, reference } = initial
  const storage = new Storage(inner, buffer)
  const layout = { shape, strides, offset }
  return initial.make({
    storage,
    dtype,
    layout,
    reference: new Reference(storage, reference.operation),
  })
}
