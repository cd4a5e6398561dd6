/**
 * The trace of one function: what the engine asks while it runs (engine/tracing.ts). Tensors that the function is given
 * and the values of variables are stand-ins without memory; numbers from the host are noted with what computes them.
 */
import {
  type Backend,
  BackendError,
  type Buffer,
  DisposedError,
  formatShape,
  isContiguous,
  type KernelCall,
  type ProgramScalar,
  readingWhileTracing,
  rowMajorLayout,
  type Shape,
  sizeOf,
  TraceBackend,
  TracingError,
  trace,
} from '@nabla/backend'
import { disposedError, type TensorHandle } from '../engine/handle.js'
import { Scope } from '../engine/scope.js'
import { Reference, Storage } from '../engine/storage.js'
import type { Tracing } from '../engine/tracing.js'
import { detach } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import { copyOf } from './copies.js'
import { materialized } from './materialize.js'

/** Something that the host does at each run, and where the numbers that come of it go. */
export interface HostAction {
  readonly source: object
  readonly compute: () => readonly number[]
  readonly slots: readonly number[]
}

/** A variable that the function uses. */
export interface TracedVariable {
  readonly variable: Variable
  readonly slot: number
  readonly initial: Tensor
  /** What it holds after what was traced so far. */
  value: Tensor
}

/** What a stand-in stands for: its tensor, as it was when the function was traced. */
type Given = ReadonlyMap<number, TensorHandle>

export class FunctionTrace implements Tracing {
  /** Owns everything that the function makes. */
  readonly owner = new Scope()
  readonly variables = new Map<Variable, TracedVariable>()
  readonly actions: HostAction[] = []
  /** The numbers that the actions gave in this first run. */
  readonly numbersNow: number[] = []
  /** Scalars that only went into variables which the function made. */
  readonly spent = new Set<number>()
  /** Tensors from outside, by buffer. */
  readonly admitted = new Map<Buffer, TensorHandle>()
  /** Whether it runs on the default backend because it is that. */
  usesDefault = false
  readonly #given = new Map<number, TensorHandle>()
  readonly #made = new WeakSet<object>()
  #backend: TraceBackend | undefined
  #rehearsals = 0
  #rehearsing = false

  /** The backend that the function runs on; `undefined` until it touches one. */
  get backend(): TraceBackend | undefined {
    return this.#backend
  }

  get given(): Given {
    return this.#given
  }

  standIn(backend: Backend): Backend {
    if (backend instanceof TraceBackend) return backend
    this.#backend ??= trace(backend)
    if (this.#backend.inner === backend) return this.#backend
    const { name } = this.#backend
    throw new BackendError('jit', {
      expected: `one backend in a function, "${name}" as its first tensors`,
      received: `another one, "${backend.name}"${backend.name === name ? ' (two of that name)' : ''}`,
      fix: 'move tensors before the call: await tensor.to(backend), or set the default backend',
    })
  }

  visible(backend: Backend, isDefault = false): Backend {
    this.usesDefault ||= isDefault
    if (backend instanceof TraceBackend) return backend
    this.#backend ??= trace(backend)
    return this.#backend.inner === backend ? this.#backend : backend
  }

  /** A tensor without memory in place of one that has some. */
  standInFor(given: TensorHandle, make: Tensor['make'], operation: string): Tensor {
    const backend = this.standIn(given.reference.storage.backend)
    const { dtype } = given
    const shape: Shape = given.shape
    const buffer = backend.allocate(dtype, sizeOf(shape))
    const storage = new Storage(backend, buffer, true)
    const reference = new Reference(storage, operation)
    const tensor = make({ storage, dtype, layout: rowMajorLayout(shape), reference })
    this.owner.adopt(tensor)
    this.#given.set(buffer.id, given)
    return tensor
  }

  admit(operand: TensorHandle, operation: string): void {
    const { storage } = operand.reference
    if (storage.backend instanceof TraceBackend || this.admitted.has(storage.buffer)) return
    this.standIn(storage.backend)
    const { holder } = operand
    if (holder !== undefined) throw bakedVariable(operation, holder)
    if (operand.owner?.isBatch === true) throw bakedBatch(operation, operand)
    this.admitted.set(storage.buffer, operand)
  }

  /** Sees to it that a tensor has a slot. */
  use(tensor: TensorHandle): void {
    const { backend, buffer } = tensor.reference.storage
    const recording = this.standIn(backend)
    this.admit(tensor, 'jit')
    if (recording instanceof TraceBackend) recording.slotOf(buffer)
  }

  differentiate(leaf: TensorHandle, operation: string): void {
    if (leaf.reference.storage.backend instanceof TraceBackend) return
    throw new TracingError(operation, {
      expected: 'parameters that are arguments of the function given to jit, or Variables',
      received: `a gradient with respect to ${describe(leaf)}, which is from outside and would be a constant in the captured program`,
      fix: 'pass it as an argument, or keep it in a Variable',
    })
  }

  reading(operation: string): Error {
    return readingWhileTracing(operation)
  }

  run(call: KernelCall<Buffer, ProgramScalar>): void {
    if (this.#backend === undefined) throw new DisposedError('jit', NO_BACKEND)
    this.#backend.run(call)
  }

  numbers(source: object, compute: () => readonly number[]): readonly ProgramScalar[] {
    const values = compute()
    if (this.#rehearsing) {
      // A checkpointed segment draws again what it drew the first time.
      const first = this.actions.find(
        (action) =>
          action.source === source &&
          action.slots.length === values.length &&
          action.slots.every((slot, position) => Object.is(this.numbersNow[slot], values[position])),
      )
      if (first !== undefined) return first.slots.map((slot) => ({ slot }))
    }
    const slots = values.map((value) => this.numbersNow.push(value) - 1)
    this.actions.push({ source, compute, slots })
    return slots.map((slot) => ({ slot }))
  }

  effect(source: object, act: () => void): void {
    if (this.#rehearsing && !this.#made.has(source)) {
      throw new TracingError('checkpoint', {
        expected: 'no change of a random generator but by drawing, in a checkpoint inside jit',
        received: 'restore, split or setSeed',
        fix: 'do it outside of the checkpointed function',
      })
    }
    const compute = (): readonly number[] => {
      act()
      return []
    }
    this.actions.push({ source, compute, slots: [] })
  }

  made(object: object): void {
    this.#made.add(object)
  }

  rehearse<R>(run: () => R): R {
    const backend = this.#backend
    const before = { segment: backend?.segment ?? 0, rehearsing: this.#rehearsing }
    this.#rehearsals += 1
    if (backend !== undefined) backend.segment = this.#rehearsals
    this.#rehearsing = true
    try {
      return run()
    } finally {
      if (backend !== undefined) backend.segment = before.segment
      this.#rehearsing = before.rehearsing
    }
  }

  valueOf(variable: Variable, held: Tensor): Tensor {
    const known = this.variables.get(variable)
    if (known !== undefined) return known.value
    if (held.isDisposed) throw disposedError(`variable "${variable.name}"`, held)
    if (!isContiguous(held)) variable.relocate(copyOf(held, held.make))
    const initial = this.standInFor(variable.held, held.make, `variable "${variable.name}"`)
    const slot = initial.reference.storage.buffer.id
    this.variables.set(variable, { variable, slot, initial, value: initial })
    return initial
  }

  discard(variable: Variable): void {
    if (!this.variables.has(variable)) return
    throw new TracingError(`dispose "${variable.name}"`, {
      expected: 'variables that outlive the function given to jit',
      received: 'dispose() inside the function that uses it',
      fix: 'dispose it outside',
    })
  }

  assign(variable: Variable, next: Tensor): void {
    const entry = this.variables.get(variable)
    if (entry === undefined) return
    const own = detach('variable', next)
    this.owner.adopt(own)
    entry.value = own
  }

  materialize(initial: Tensor): Tensor {
    const { backend } = initial.reference.storage
    return backend instanceof TraceBackend ? materialized(this, backend, initial) : initial
  }
}

const NO_BACKEND = {
  expected: 'a backend to record on',
  received: 'a call before any tensor',
  fix: 'make a tensor first',
}

function describe({ dtype, shape, reference }: TensorHandle): string {
  return `${dtype} ${formatShape(shape)} made by ${reference.operation}`
}

function bakedVariable(operation: string, variable: Variable): TracingError {
  return new TracingError(operation, {
    expected: 'variables to be read inside the function given to jit',
    received: `the tensor of variable "${variable.name}", taken out before: it would be a constant in the captured program`,
    fix: 'read variable.value inside the function',
  })
}

function bakedBatch(operation: string, operand: TensorHandle): TracingError {
  return new TracingError(operation, {
    expected: 'batches as arguments of the function given to jit',
    received: `${describe(operand)}, which belongs to a batch of a loader and would be a constant in the captured program`,
    fix: 'pass it as an argument',
  })
}
