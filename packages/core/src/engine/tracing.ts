/**
 * The place of a trace in progress: what the engine asks while `jit` records a function. Nothing here knows how a trace
 * works (jit/), so that programs without jit don't carry it.
 */
import type { Backend, Buffer, KernelCall, ProgramScalar } from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import type { TensorHandle } from './handle.js'

/** A function being recorded. */
export interface Tracing {
  /** What records in place of a backend, for whoever makes a tensor there. @throws BackendError for a second one */
  standIn(backend: Backend): Backend
  /**
   * The same for whoever only asks; another backend than the traced one is itself.
   *
   * @param isDefault whether it is asked for because none was given
   */
  visible(backend: Backend, isDefault?: boolean): Backend
  /** Called with every operand: one from outside of the trace becomes a constant, or is refused. */
  admit(operand: TensorHandle, operation: string): void
  /** Records a call, whose scalars may be given anew at each run. */
  run(call: KernelCall<Buffer, ProgramScalar>): void
  /** Numbers that the host computes anew at each run; `source` is the state that they come from. */
  numbers(source: object, compute: () => readonly number[]): readonly ProgramScalar[]
  /** Something that the host does at each run. */
  effect(source: object, act: () => void): void
  /** Notes an object that was made inside the traced function. */
  made(object: object): void
  /** Runs the segment of a checkpoint again, for its gradient. */
  rehearse<R>(run: () => R): R
  /** A gradient is taken with respect to a tensor, which therefore must not be a constant. */
  differentiate(leaf: TensorHandle, operation: string): void
  /** The error for an attempt to read a value. */
  reading(operation: string): Error
  /** The tensor that a variable holds at this point of the traced function. */
  valueOf(variable: Variable, held: Tensor): Tensor
  /** A variable is freed. */
  discard(variable: Variable): void
  /** A variable gets another value. */
  assign(variable: Variable, next: Tensor): void
  /** A tensor with the values of one of the trace, for a variable that the traced function makes. */
  materialize(initial: Tensor): Tensor
}

export const tracing: { current: Tracing | undefined } = { current: undefined }

/** Runs what a trace must not see: it makes something that lasts, whoever asked first. */
export function untraced<R>(run: () => R): R {
  const { current } = tracing
  tracing.current = undefined
  try {
    return run()
  } finally {
    tracing.current = current
  }
}

const isNumber = (scalar: ProgramScalar): scalar is number => typeof scalar === 'number'

function isReady(call: KernelCall<Buffer, ProgramScalar>): call is KernelCall {
  return !('scalars' in call) || call.scalars.every(isNumber)
}

/** Runs a call on a backend. While a trace is in progress its scalars may be numbers that are still to come. */
export function launch(backend: Backend, call: KernelCall<Buffer, ProgramScalar>): void {
  if (isReady(call)) backend.run(call)
  else if (tracing.current !== undefined) tracing.current.run(call)
  else throw new RangeError(`${call.label}: a scalar of a trace that has ended`)
}

/**
 * Numbers that kernels take and that change from step to step: computed now, and inside `jit` anew at each run of the
 * captured program, where they cost nothing on the device. Learning rates and keys of random numbers are such.
 *
 * @param source the object whose state they come from
 * @param compute is called at each run, in the order in which the function asked
 */
export function hostNumbers(source: object, compute: () => readonly number[]): readonly ProgramScalar[] {
  return tracing.current === undefined ? compute() : tracing.current.numbers(source, compute)
}
