/** Running the cases without a test runner: in a browser, a worker, or a script. */
import type { Backend, Capabilities } from '@nabla/backend'
import { type ConformanceCase, describeError, nameOf } from './case.js'
import { kernelCases } from './kernels/index.js'
import { operationCases } from './operations/index.js'

export interface ConformanceResult {
  readonly case: ConformanceCase
  /** What went wrong; empty if the case passed. */
  readonly findings: readonly string[]
}

export interface ConformanceOptions {
  /** Which cases to run; default all. */
  readonly only?: (each: ConformanceCase) => boolean
  /** Called after each case. */
  readonly onResult?: (result: ConformanceResult) => void
}

/** Every case that a backend with these capabilities must pass. */
export function conformanceCases(capabilities: Capabilities): ConformanceCase[] {
  return [...kernelCases(capabilities), ...operationCases(capabilities)]
}

/** Runs one case; an error that it doesn't expect is a finding. */
export async function runCase(each: ConformanceCase, backend: Backend): Promise<ConformanceResult> {
  try {
    return { case: each, findings: await each.run(backend) }
  } catch (error) {
    return { case: each, findings: [describeError(error)] }
  }
}

/**
 * Runs all cases that a backend's capabilities call for, one after the other.
 *
 * @example
 * const results = await runConformance(await createMyBackend())
 * for (const { case: each, findings } of results) if (findings.length > 0) console.log(nameOf(each), findings)
 */
export async function runConformance(
  backend: Backend,
  { only = () => true, onResult }: ConformanceOptions = {},
): Promise<ConformanceResult[]> {
  const results: ConformanceResult[] = []
  for (const each of conformanceCases(backend.capabilities).filter(only)) {
    const result = await runCase(each, backend)
    onResult?.(result)
    results.push(result)
  }
  return results
}

/** The failed ones among results, as text. */
export function failuresOf(results: readonly ConformanceResult[]): string[] {
  return results
    .filter(({ findings }) => findings.length > 0)
    .map(({ case: each, findings }) => [nameOf(each), ...findings].join('\n  '))
}
