/**
 * `jit`: a function is run once to see what it asks the backend for; that is optimized as a whole, kept, and run instead
 * of the function from then on.
 */
import { isContiguous, ValueError } from '@nabla/backend'
import { batching } from '../engine/batching.js'
import { freeCollected } from '../engine/collected.js'
import { disposedError } from '../engine/handle.js'
import { inspector } from '../engine/inspection.js'
import { isRecording } from '../engine/recording.js'
import { tracing } from '../engine/tracing.js'
import type { Tensor } from '../tensor.js'
import { capture } from './capture.js'
import { CapturedProgram } from './captured-program.js'
import { copyOf } from './copies.js'
import { PlainCall, signatureOf } from './signature.js'

export interface JitOptions {
  /** For messages and `inspect`; default: the function's own name. */
  readonly name?: string
  /** Programs that are kept, one for each signature; the one that was used longest ago goes first. Default 16. */
  readonly maximumPrograms?: number
}

/** A function that runs as a captured program. */
export interface Jitted<Parameters extends readonly unknown[], Result> {
  (...parameters: Parameters): Result
  /**
   * Captures what a call with such arguments runs, without running it, and resolves when its kernels are compiled. On a GPU
   * that takes a while, and goes on in the background, many at a time; the first call would have to wait for one after
   * the other. What the function does besides tensor operations happens now instead of at the first call.
   */
  warmup(...parameters: Parameters): Promise<void>
  /** Frees the captured programs; the function can still be called and is captured anew. */
  dispose(): void
}

/** A call that the program that ran last serves. */
interface KnownCall {
  readonly program: CapturedProgram
  readonly tensors: readonly Tensor[]
}

/** The programs of one function, the one used last at the end. */
export class JitState {
  readonly programs = new Map<string, CapturedProgram>()
  private recent: { readonly call: PlainCall; readonly program: CapturedProgram } | undefined

  constructor(
    readonly name: string,
    readonly maximumPrograms: number,
  ) {}

  /** The program for a signature, unless what it was made for has changed. */
  find(signature: string): CapturedProgram | undefined {
    const program = this.programs.get(signature)
    if (program === undefined) return undefined
    this.programs.delete(signature)
    if (program.isCurrent) {
      this.programs.set(signature, program)
      return program
    }
    program.dispose()
    return undefined
  }

  /** The program that ran last and the tensors among these arguments, if the call is like that one. */
  again(parameters: readonly unknown[]): KnownCall | undefined {
    const { recent } = this
    if (recent === undefined || !recent.program.isCurrent) return undefined
    const tensors = recent.call.tensorsOf(parameters)
    return tensors && { program: recent.program, tensors }
  }

  /** Remembers the program that ran last. */
  note(parameters: readonly unknown[], program: CapturedProgram): void {
    const call = PlainCall.of(parameters)
    this.recent = call && { call, program }
  }

  keep(signature: string, program: CapturedProgram): void {
    this.programs.set(signature, program)
    for (const [oldest, each] of this.programs) {
      if (this.programs.size <= this.maximumPrograms) break
      this.programs.delete(oldest)
      each.dispose()
    }
  }

  dispose(): void {
    for (const program of this.programs.values()) program.dispose()
    this.programs.clear()
    this.recent = undefined
  }
}

const states = /* @__PURE__ */ new WeakMap<object, JitState>()

/** Frees the programs of functions that nobody has any more. */
const registry = /* @__PURE__ */ new FinalizationRegistry<JitState>((state) =>
  freeCollected(() => state.dispose()),
)

/** What is known of a function that `jit` returned. */
export function stateOf(jitted: object): JitState | undefined {
  return states.get(jitted)
}

/** Whether the function itself has to run: inside a gradient, a vmap or another captured function it becomes part of that. */
function mustRun(): boolean {
  return (
    tracing.current !== undefined ||
    batching.current !== undefined ||
    isRecording() ||
    inspector.current !== undefined
  )
}

const NO_COPIES: readonly Tensor[] = []

/** The tensors row by row, those that lie otherwise as copies. */
function inRows(tensors: readonly Tensor[]): {
  readonly rows: readonly Tensor[]
  readonly copies: readonly Tensor[]
} {
  let areAll = true
  for (const each of tensors) {
    if (each.isDisposed) throw disposedError('jit', each)
    areAll &&= isContiguous(each)
  }
  if (areAll) return { rows: tensors, copies: NO_COPIES }
  const copies: Tensor[] = []
  const rows = tensors.map((tensor) => {
    if (isContiguous(tensor)) return tensor
    const copy = copyOf(tensor, tensor.make)
    copies.push(copy)
    return copy
  })
  return { rows, copies }
}

/**
 * A function that computes the same as `run`, as a captured program: kernels are fused, equal ones merged, memory is
 * planned, and a call costs next to nothing besides the kernels. Arguments and results are tensors in any nesting of
 * arrays and plain objects; other arguments (numbers, strings, options) are part of the signature, and a new signature is
 * captured anew.
 *
 * `run` is executed only when it is captured, so what it does besides tensor operations happens once per signature.
 * Variables, optimizers and random generators are not affected by that: they go on at every call. Tensors from outside
 * become constants. Reading a value inside is an error. Inside a gradient, `run` itself is differentiated: put `jit`
 * around the gradient, not the gradient around `jit`.
 *
 * @throws TracingError when `run` reads a value, or would turn a parameter into a constant.
 * @example
 * const step = jit((x: Tensor, y: Tensor) => {
 *   const { value, gradients } = variableGradients(() => loss(model.call(x), y), variables)
 *   optimizer.apply(gradients, variables)
 *   return value
 * })
 */
export function jit<Parameters extends readonly unknown[], Result>(
  run: (...parameters: Parameters) => Result,
  { name = run.name || 'jit', maximumPrograms = 16 }: JitOptions = {},
): Jitted<Parameters, Result> {
  if (!Number.isInteger(maximumPrograms) || maximumPrograms < 1) {
    throw new ValueError('jit', {
      expected: 'maximumPrograms to be a whole number, at least 1',
      received: String(maximumPrograms),
      fix: 'leave it out for the default of 16',
    })
  }
  const state = new JitState(name, maximumPrograms)
  /** The program for a signature, captured if it isn't known; or the result, if the function asked no backend for anything. */
  const programFor = (
    signature: string,
    parameters: Parameters,
    rows: readonly Tensor[],
  ): CapturedProgram | { readonly result: unknown } => {
    const known = state.find(signature)
    if (known !== undefined) return known
    const captured = capture(run, parameters, rows)
    if ('result' in captured) return captured
    const program = new CapturedProgram(captured)
    state.keep(signature, program)
    return program
  }
  const first = (parameters: Parameters): Result => {
    const tensors: Tensor[] = []
    const signature = signatureOf(parameters, tensors)
    const { rows, copies } = inRows(tensors)
    try {
      const program = programFor(signature, parameters, rows)
      if ('result' in program) return program.result as Result
      state.note(parameters, program)
      return program.run(rows, tensors) as Result
    } finally {
      for (const copy of copies) copy.reference.dispose()
    }
  }
  const call = (...parameters: Parameters): Result => {
    if (mustRun()) return run(...parameters)
    const known = state.again(parameters)
    if (known === undefined) return first(parameters)
    const { program, tensors } = known
    const { rows, copies } = inRows(tensors)
    if (copies.length === 0) return program.run(rows) as Result
    try {
      return program.run(rows, tensors) as Result
    } finally {
      for (const copy of copies) copy.reference.dispose()
    }
  }
  const warmup = async (...parameters: Parameters): Promise<void> => {
    if (mustRun()) return
    const tensors: Tensor[] = []
    const signature = signatureOf(parameters, tensors)
    const { rows, copies } = inRows(tensors)
    try {
      const program = programFor(signature, parameters, rows)
      if (!('result' in program)) await program.warmup()
    } finally {
      for (const copy of copies) copy.reference.dispose()
    }
  }
  const jitted = Object.assign(call, { warmup, dispose: () => state.dispose() })
  states.set(jitted, state)
  registry.register(jitted, state)
  return jitted
}
