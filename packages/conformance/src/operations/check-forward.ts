/** The results of an operation on a backend against those of the reference, in every layout. */
import { type Backend, type DType, isFloat } from '@nabla/backend'
import { epsilonOf } from '../acceptance/float-format.js'
import { describeError, Findings } from '../case.js'
import { coordinatesAt } from '../reference/elements.js'
import type { Operation, Place } from './operation.js'
import { LAYOUTS, type LayoutName } from './place.js'
import { type HostResult, runOperation } from './run-operation.js'
import { noting, withoutComposites, withoutLeaks } from './watch.js'

function formatElement({ shape }: HostResult, position: number): string {
  return `[${coordinatesAt(shape, position).join()}]`
}

/** Compares one result with that of the reference. */
function compare(
  got: HostResult,
  wanted: HostResult,
  tolerance: number,
  what: string,
  findings: Findings,
): void {
  if (got.shape.join() !== wanted.shape.join()) {
    findings.add(`${what}: shape [${got.shape}], expected [${wanted.shape}]`)
    return
  }
  if (isFloat(got.dtype) !== isFloat(wanted.dtype) || (!isFloat(got.dtype) && got.dtype !== wanted.dtype)) {
    findings.add(`${what}: ${got.dtype}, expected ${wanted.dtype}`)
    return
  }
  const largest = wanted.values
    .filter(Number.isFinite)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const error = isFloat(got.dtype) ? tolerance * epsilonOf(got.dtype) * largest : 0
  got.values.forEach((value, position) => {
    const expected = wanted.values[position] as number
    if (Object.is(value, expected) || Math.abs(value - expected) <= error) return
    findings.add(
      `${what} at ${formatElement(got, position)}: ${value}, expected ${expected}${error > 0 ? ` within ${error.toPrecision(2)}` : ''}`,
    )
  })
}

// Half precision has few bits, and rounds between the kernels of an operation.
const scaledTolerance = (tolerance: number, dtype: DType): number =>
  dtype === 'float16' ? Math.max(4, Math.min(tolerance / 8, 32)) : tolerance

/** What went wrong with the results of an operation in one type. */
export async function checkForward(
  operation: Operation,
  place: Place,
  wanted: readonly HostResult[],
): Promise<readonly string[]> {
  const findings = new Findings()
  const tolerance = scaledTolerance(operation.tolerance, place.dtype)
  const check = async (backend: Backend, layout: LayoutName, how: string): Promise<void> => {
    try {
      await withoutLeaks(place.backend, findings, how, async () => {
        const got = await runOperation(operation, { ...place, backend }, layout)
        if (got.length !== wanted.length)
          findings.add(`${how}: ${got.length} results, expected ${wanted.length}`)
        got.forEach((result, i) => {
          const expected = wanted[i]
          if (expected !== undefined) compare(result, expected, tolerance, `${how}, result ${i}`, findings)
        })
      })
    } catch (error) {
      findings.add(`${how}: ${describeError(error)}`)
    }
  }
  const claimed = noting(place.backend, (call) => call.kind === 'composite')
  for (const layout of operation.inputs.length === 0 ? (['contiguous'] as const) : LAYOUTS) {
    await check(claimed.backend, layout, layout)
  }
  if (claimed.calls.length > 0)
    await check(withoutComposites(place.backend), 'contiguous', 'composites decomposed')
  return findings.result()
}
