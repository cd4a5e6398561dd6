/**
 * A conformance case: one subject (a kernel, an operation) for one dtype, checked in many ways. Cases know nothing of a
 * test runner.
 */
import type { Backend, DType } from '@nabla/backend'

export type Level = 'kernel' | 'operation'

export interface ConformanceCase {
  readonly level: Level
  /** The row of the table, e.g. `map tanh` or `softmax`. */
  readonly subject: string
  /** The column of the table. */
  readonly dtype: DType
  /** What is checked of the subject where there are several cases, e.g. `gradient`. */
  readonly aspect?: string
  /** Runs all checks and says what went wrong, one line each; nothing if all is well. */
  readonly run: (backend: Backend) => Promise<readonly string[]>
}

/** The name of a case: `kernel map tanh float32`. */
export function nameOf({ level, subject, dtype, aspect }: ConformanceCase): string {
  return [level, subject, dtype, aspect].filter((part) => part !== undefined).join(' ')
}

/** Collects what went wrong, the first few of each case: one fault often fails everything. */
export class Findings {
  static readonly limit = 5
  readonly lines: string[] = []
  #more = 0

  add(line: string): void {
    if (this.lines.length < Findings.limit) this.lines.push(line)
    else this.#more += 1
  }

  result(): readonly string[] {
    return this.#more === 0 ? this.lines : [...this.lines, `… and ${this.#more} more`]
  }
}

/** What an error says, for findings. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** Numbers for findings, the first few of many. */
export function formatValues(values: readonly number[]): string {
  const shown = values.slice(0, 6).map((value) => (Object.is(value, -0) ? '-0' : String(value)))
  return `[${shown.join(', ')}${values.length > shown.length ? ', …' : ''}]`
}
