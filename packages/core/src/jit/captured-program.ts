/**
 * A captured program: the optimized calls, ready to run, and what they are bound to at each run.
 */
import { type Backend, type Buffer, type Executable, type Program, replayProgram } from '@nabla/backend'
import { untracedDefault } from '../engine/default-backend.js'
import { own } from '../engine/deliver.js'
import { disposedError } from '../engine/handle.js'
import { currentOwner, type Owner } from '../engine/scope.js'
import { openResults, type Step } from '../engine/step.js'
import { Reference, type Storage } from '../engine/storage.js'
import { variableChanges } from '../engine/variable-changes.js'
import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import { actionsOf, assemble, type External, optimized } from './assemble.js'
import { Bindings } from './bindings.js'
import type { Capture, ResultSpecification } from './capture.js'
import type { HostAction } from './function-trace.js'
import type { Graph } from './graph.js'
import type { Report } from './passes/index.js'
import type { VariablePlace } from './variable-memory.js'

export class CapturedProgram {
  readonly report: Report
  readonly program: Program
  readonly graph: Graph
  readonly backend: Backend
  readonly #capture: Capture
  readonly #executable: Executable
  readonly #externals: readonly External[]
  readonly #actions: readonly HostAction[]
  readonly #numbers: number[]
  /** Storages of constants, which live as long as the program. */
  readonly #retained: readonly Storage[]
  readonly #owned: readonly Buffer[]
  /** Where variables are that it writes. */
  readonly #assigned: readonly VariablePlace[]
  readonly #variables: readonly Variable[]
  readonly #bindings: Bindings
  readonly #results: readonly DeliveredResult[]
  #isFirst = true
  /** `variableChanges.count` after the last run: while it stays so, all variables are as that run left them. */
  #changesSeen = -1
  #isDisposed = false
  #step: Step | undefined

  constructor(captured: Capture) {
    const { backend, graph } = captured
    this.#capture = captured
    this.backend = backend
    const { report, constants } = optimized(captured)
    this.report = report
    this.graph = graph
    const { program, externals } = assemble(graph, backend, captured.numbers.length)
    this.program = program
    this.#externals = externals
    this.#actions = actionsOf(captured, program)
    this.#numbers = [...captured.numbers]
    this.#retained = captured.constants.map(({ reference }) => reference.storage.retain())
    this.#owned = [...captured.uploads, ...constants]
    const places = externals.flatMap(({ place }) => place ?? [])
    this.#assigned = places.filter(({ written }) => written)
    this.#variables = places.flatMap(({ variables }) => variables)
    this.#bindings = new Bindings(backend, externals)
    this.#results = deliveredResults(captured.results, externals)
    this.#executable = backend.prepare?.(program) ?? replayProgram(backend, program)
  }

  get temporaryBytes(): number {
    return this.#executable.temporaryBytes
  }

  get externals(): readonly External[] {
    return this.#externals
  }

  /** Whether its variables are still there, on its backend, and that is still the default where the function counts on it. */
  get isCurrent(): boolean {
    if (this.#capture.usesDefault && untracedDefault() !== this.backend) return false
    if (this.#changesSeen === variableChanges.count) return true
    for (const { held } of this.#variables) {
      if (held.isDisposed || held.reference.storage.backend !== this.backend) return false
    }
    return true
  }

  /**
   * Runs it.
   *
   * @param tensors the arguments' tensors, each row-major
   * @param given the same as they were given, for who owns the results
   */
  run(tensors: readonly Tensor[], given = tensors): unknown {
    for (const each of this.#capture.constants) if (each.isDisposed) throw disposedError('jit', each)
    if (!this.#isFirst) this.#askHost()
    this.#isFirst = false
    this.#step?.close()
    this.#step = undefined
    // Held while the variables may be moved away from what they share with an argument.
    for (const { reference } of tensors) reference.storage.retain()
    try {
      const isUntouched = this.#changesSeen === variableChanges.count
      const results = this.#bindings.bind(tensors, isUntouched)
      this.#execute(results)
      if (!isUntouched) for (const place of this.#assigned) place.renew()
      this.#changesSeen = variableChanges.count
      return this.#capture.build(this.#deliver(results, given))
    } finally {
      for (const { reference } of tensors) reference.storage.release()
    }
  }

  #execute(results: readonly Storage[]): void {
    try {
      this.#executable.run(this.#bindings.current, this.#numbers)
    } catch (error) {
      for (const storage of results) storage.release()
      throw error
    }
  }

  /** Numbers that the host computes at each run. */
  #askHost(): void {
    for (const { compute, slots } of this.#actions) {
      const values = compute()
      for (let position = 0; position < slots.length; position++) {
        this.#numbers[slots[position] as number] = values[position] ?? Number.NaN
      }
    }
  }

  /** The results as tensors, given to whoever frees them. */
  #deliver(storages: readonly Storage[], inputs: readonly Tensor[]): Tensor[] {
    const batch = openBatchOf(inputs)
    let open: Step | undefined
    const results: Tensor[] = []
    for (const { specification, place, isShared } of this.#results) {
      const storage = storages[place] as Storage
      if (isShared) storage.retain()
      const tensor = makeResult(specification, storage)
      const { step } = specification
      if (step === undefined) own(tensor, inputs)
      else if (batch !== undefined) batch.adopt(tensor)
      else if (step === 'applied') {
        this.#step ??= openResults(currentOwner())
        this.#step.adopt(tensor)
      } else {
        open ??= openResults(currentOwner())
        open.adopt(tensor)
      }
      results.push(tensor)
    }
    return results
  }

  /** Resolves when its kernels are compiled, where that takes time. */
  async warmup(): Promise<void> {
    await this.#executable.warmup?.()
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#executable.dispose()
    for (const storage of this.#retained) storage.release()
    for (const buffer of this.#owned) this.backend.release(buffer)
    for (const { pool } of this.#externals) pool.close()
  }
}

/** The batch of a data loader that one of the tensors belongs to. */
function openBatchOf(tensors: readonly Tensor[]): Owner | undefined {
  for (const { owner } of tensors) if (owner?.isBatch === true && !owner.closed) return owner
  return undefined
}

/** A result, which of the storages of a run it is in, and whether a result before it is in the same. */
interface DeliveredResult {
  readonly specification: ResultSpecification
  readonly place: number
  readonly isShared: boolean
}

function deliveredResults(
  specifications: readonly ResultSpecification[],
  externals: readonly External[],
): DeliveredResult[] {
  const slots = externals.filter(({ role }) => role.kind === 'result').map(({ slot }) => slot)
  const seen = new Set<number>()
  return specifications.map((specification) => {
    const { slot } = specification
    const place = slots.indexOf(slot)
    if (place < 0) throw new RangeError(`jit: result slot ${slot} was never written`)
    const isShared = seen.has(slot)
    seen.add(slot)
    return { specification, place, isShared }
  })
}

function makeResult({ operation, dtype, layout, make }: ResultSpecification, storage: Storage): Tensor {
  return make({ storage, dtype, layout, reference: new Reference(storage, operation) })
}
