/**
 * A program as the worker has it: ready to run, or the reason why it isn't, and which of its bindings are what.
 */
import type { Backend } from '../../backend.js'
import { viewsOf } from '../../kernel.js'
import type { Binding, Executable, Program } from '../../program.js'
import { replayProgram } from '../../replay.js'
import type { Buffer } from '../../view.js'
import type { Losses } from './losses.js'

/** Places among a program's bindings. */
interface Roles {
  /** What is read before it is written: arguments, and variables that are updated. */
  readonly taken: readonly number[]
  /** What is written without being read before. */
  readonly results: readonly number[]
}

function rolesOf({ external, calls }: Program): Roles {
  const taken = new Set<number>()
  const results = new Set<number>()
  for (const call of calls) {
    const { reads, writes } = viewsOf(call)
    for (const { buffer } of reads) if (!results.has(buffer)) taken.add(buffer)
    for (const { buffer } of writes) if (!taken.has(buffer)) results.add(buffer)
  }
  const places = (slots: Set<number>): number[] =>
    external.flatMap((slot, place) => (slots.has(slot) ? [place] : []))
  return { taken: places(taken), results: places(results) }
}

export class ServedProgram {
  readonly #executable: Executable | undefined
  readonly #failure: unknown
  #roles: Roles | undefined

  get kernels(): number {
    return this.program.calls.length
  }

  /** What it is called in messages. */
  get label(): string {
    return this.program.calls.at(-1)?.label ?? 'program'
  }

  constructor(
    backend: Backend,
    private readonly program: Program,
  ) {
    try {
      this.#executable = backend.prepare?.(program) ?? replayProgram(backend, program)
    } catch (error) {
      this.#failure = error
    }
  }

  /**
   * Runs it, unless it was dropped or what it takes is lost; then its results are lost.
   *
   * @throws what it failed with
   */
  run(bindings: readonly Binding[], scalars: readonly number[], losses: Losses, dropped?: Error): void {
    const reason = dropped ?? this.#lossAmong(bindings, losses)
    if (reason !== undefined) {
      losses.add(this.#at('results', bindings), reason)
      return
    }
    try {
      if (this.#executable === undefined) throw this.#failure
      this.#executable.run(bindings, scalars)
    } catch (error) {
      losses.add(this.#at('results', bindings), asError(error))
      throw error
    }
    if (!losses.areNone) this.#restore(bindings, losses)
  }

  #at(role: keyof Roles, bindings: readonly Binding[]): Buffer[] {
    this.#roles ??= rolesOf(this.program)
    return this.#roles[role].flatMap((place) => bindings[place]?.buffer ?? [])
  }

  #lossAmong(bindings: readonly Binding[], losses: Losses): Error | undefined {
    return losses.areNone
      ? undefined
      : losses.among(this.#at('taken', bindings), this.#at('results', bindings))
  }

  /** Results that are all of their buffers have contents again. */
  #restore(bindings: readonly Binding[], losses: Losses): void {
    const { external, slots } = this.program
    this.#roles ??= rolesOf(this.program)
    for (const place of this.#roles.results) {
      const slot = external[place]
      const buffer = bindings[place]?.buffer
      if (buffer !== undefined && slot !== undefined) losses.restore(buffer, slots[slot]?.length ?? 0)
    }
  }

  async warmup(): Promise<void> {
    await this.#executable?.warmup?.()
  }

  dispose(): void {
    this.#executable?.dispose()
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
