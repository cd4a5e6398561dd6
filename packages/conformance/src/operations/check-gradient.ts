/** The gradient of an operation on a backend against central differences of the reference. */
import { type Backend, type DType, isFloat } from '@nabla/backend'
import { epsilonOf } from '../acceptance/float-format.js'
import { describeError, Findings } from '../case.js'
import { capturedGradients } from './captured.js'
import type { Differentiated } from './operation.js'
import { LAYOUTS } from './place.js'
import { gradientsOf, type HostResult } from './run-operation.js'
import type { Derivatives } from './wanted.js'
import { withoutLeaks } from './watch.js'

// Relative to the largest derivative: rounding of the backend, and of central differences in float64.
const gradientTolerance = (dtype: DType): number =>
  isFloat(dtype) ? Math.max(2e-6, epsilonOf(dtype) * (dtype === 'float16' ? 32 : 1024)) : 0

/** What went wrong with the gradient of an operation in one type, run as it is or captured. */
export async function checkGradient(
  operation: Differentiated,
  backend: Backend,
  dtype: DType,
  wanted: Derivatives,
  how: 'eager' | 'captured' = 'eager',
): Promise<readonly string[]> {
  const findings = new Findings()
  const place = { backend, dtype }
  for (const layout of LAYOUTS.slice(0, 2)) {
    try {
      await withoutLeaks(backend, findings, layout, async () => {
        const got =
          how === 'eager'
            ? await gradientsOf(operation, place, layout)
            : await capturedGradients(operation, place, layout, 'inside')
        got.forEach((gradient, input) => {
          if (gradient !== undefined)
            compareGradient(
              gradient,
              wanted[input] ?? [],
              `${layout}, input ${input}`,
              gradientTolerance(dtype),
              findings,
            )
        })
      })
    } catch (error) {
      findings.add(`${layout}: ${describeError(error)}`)
    }
  }
  return findings.result()
}

function compareGradient(
  { values }: HostResult,
  wanted: readonly number[],
  what: string,
  tolerance: number,
  findings: Findings,
): void {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  wanted.forEach((expected, i) => {
    const value = values[i] ?? Number.NaN
    if (Math.abs(value - expected) <= tolerance * largest) return
    findings.add(`${what}, element ${i}: derivative ${value}, by central differences ${expected}`)
  })
}
