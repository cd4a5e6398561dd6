/**
 * `verifyBackend()`: the conformance kit on the machine at hand, in half a minute — whether this GPU, driver or browser
 * computes what it should.
 */
import { type Backend, createBackend } from '@nabla/backend'
import { registerOwnBackends } from './own-backends.js'

export interface VerifyOptions {
  /** Seconds after which no new case is begun; default 30. */
  readonly seconds?: number
  /** Takes the table, line by line; default: the console. */
  readonly print?: (text: string) => void
}

export interface Verification {
  /** Whether every case that ran passed. */
  readonly passed: boolean
  /** Cases that ran, and that there are. */
  readonly cases: number
  readonly available: number
  /** What went wrong, one text for each failed case. */
  readonly failures: readonly string[]
}

/**
 * Runs the numeric checks of every kernel and operation, forward and gradient, on a backend, and prints a table of what
 * passed. float32 comes first, so that the most used kernels are checked even on a slow device.
 *
 * @param backend a name that is known to `configure`, or a backend; one made from a name is disposed at the end
 * @throws BackendError when there is no such backend here.
 * @example
 * const { passed } = await verifyBackend('wasm', { seconds: 5 })
 */
export async function verifyBackend(
  backend: string | Backend,
  { seconds = 30, print = console.log }: VerifyOptions = {},
): Promise<Verification> {
  registerOwnBackends()
  const kit = await import('@nabla/conformance/core')
  const subject = typeof backend === 'string' ? (await createBackend(backend)).backend : backend
  const first = (dtype: string): number => (dtype === 'float32' ? 0 : 1)
  const cases = kit.conformanceCases(subject.capabilities).sort((a, b) => first(a.dtype) - first(b.dtype))
  const results: Awaited<ReturnType<typeof kit.runConformance>> = []
  const until = performance.now() + seconds * 1000
  for (const each of cases) {
    if (performance.now() > until) break
    results.push(await kit.runCase(each, subject))
  }
  const failures = kit.failuresOf(results)
  print(kit.formatCompact(kit.tableOf(subject, results)))
  if (results.length < cases.length) {
    print(`${results.length} of ${cases.length} cases ran in ${seconds} s; those that didn't show as –.`)
  }
  for (const failure of failures) print(failure)
  if (typeof backend === 'string') await subject.dispose()
  return { passed: failures.length === 0, cases: results.length, available: cases.length, failures }
}
