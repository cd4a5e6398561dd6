/** The kit as a Vitest suite: one test for each case, the table at the end. */
import type { Backend } from '@nabla/backend'
import { afterAll, describe, expect, test } from 'vitest'
import { type ConformanceCase, type Level, nameOf } from './case.js'
import { formatCompact, formatSummary } from './report/format.js'
import { tableOf } from './report/table.js'
import { writeTable } from './report/write.js'
import { type ConformanceResult, conformanceCases, runCase } from './run.js'

export interface DescribeOptions {
  /** A folder for the table, as `NAME.json` and `NAME.md`; default: the environment variable NABLA_CONFORMANCE_OUT. */
  readonly output?: string
  /** Whether the table is printed after the run, or one line; default: the table. */
  readonly print?: 'table' | 'summary'
  /** Milliseconds that one case may take; default 30,000. */
  readonly timeout?: number
}

const LEVELS: readonly Level[] = ['kernel', 'operation']

function outputFolder(): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.NABLA_CONFORMANCE_OUT
}

/**
 * Tests that a backend is one: every kernel, every operation and every gradient that its capabilities call for. Call it
 * in a Vitest file.
 *
 * @param name how the suite is called
 * @param factory makes the backend; it is disposed at the end
 * @example
 * import { describeBackend } from '@nabla/conformance'
 * import { createMyBackend } from './my-backend.js'
 *
 * describeBackend('mine', () => createMyBackend())
 */
export function describeBackend(
  name: string,
  factory: () => Backend | Promise<Backend>,
  { output = outputFolder(), print = 'table', timeout = 30_000 }: DescribeOptions = {},
): void {
  describe(`conformance of ${name}`, async () => {
    const backend = await factory()
    const cases = conformanceCases(backend.capabilities)
    const results: ConformanceResult[] = []
    const declare = (each: ConformanceCase): void => {
      test(nameOf(each), { timeout }, async () => {
        const result = await runCase(each, backend)
        results.push(result)
        expect(result.findings.join('\n')).toBe('')
      })
    }
    for (const level of LEVELS) {
      describe(`${level} level`, () => cases.filter((each) => each.level === level).forEach(declare))
    }
    afterAll(async () => {
      // Only some were asked for (a test name pattern): no table.
      if (results.length === cases.length) {
        const table = { ...tableOf(backend, results), backend: name }
        console.log(print === 'table' ? formatCompact(table) : formatSummary(table))
        if (output !== undefined) await writeTable(table, output)
      }
      await backend.dispose()
    })
  })
}
