/** The results of an operation on a backend against those of the reference, in every layout. */
import { type Backend, type DType, isFloat } from '@nabla/backend'
import { epsilonOf } from '../acceptance/float-format.js'
import { describeError, Findings } from '../case.js'
import { coordinatesAt } from '../reference/elements.js'
import { checkRefused, isAsynchronous, runCaptured, WHERE } from './captured.js'
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

/** Holds results against those of the reference, and what was made for them is freed. */
async function checkResults(
  { tolerance }: Operation,
  { backend, dtype }: Place,
  wanted: readonly HostResult[],
  findings: Findings,
  how: string,
  run: () => Promise<readonly HostResult[]>,
): Promise<void> {
  try {
    await withoutLeaks(backend, findings, how, async () => {
      const got = await run()
      if (got.length !== wanted.length)
        findings.add(`${how}: ${got.length} results, expected ${wanted.length}`)
      got.forEach((result, i) => {
        const expected = wanted[i]
        if (expected === undefined) return
        compare(result, expected, scaledTolerance(tolerance, dtype), `${how}, result ${i}`, findings)
      })
    })
  } catch (error) {
    findings.add(`${how}: ${describeError(error)}`)
  }
}

const layoutsOf = ({ inputs }: Operation): readonly LayoutName[] =>
  inputs.length === 0 ? ['contiguous'] : LAYOUTS

/** What went wrong with the results of an operation in one type. */
export async function checkForward(
  operation: Operation,
  place: Place,
  wanted: readonly HostResult[],
): Promise<readonly string[]> {
  const findings = new Findings()
  const check = (backend: Backend, layout: LayoutName, how: string): Promise<void> =>
    checkResults(operation, place, wanted, findings, how, () =>
      runOperation(operation, { ...place, backend }, layout),
    )
  const claimed = noting(place.backend, (call) => call.kind === 'composite')
  for (const layout of layoutsOf(operation)) await check(claimed.backend, layout, layout)
  if (claimed.calls.length > 0)
    await check(withoutComposites(place.backend), 'contiguous', 'composites decomposed')
  return findings.result()
}

/** The same for the operation captured: its layouts are those of the arguments, or made inside. */
export async function checkCaptured(
  operation: Operation,
  place: Place,
  wanted: readonly HostResult[],
): Promise<readonly string[]> {
  const findings = new Findings()
  if (await isAsynchronous(operation, place)) {
    await withoutLeaks(place.backend, findings, 'refused', async () =>
      checkRefused(operation, place, findings),
    )
    return findings.result()
  }
  for (const layout of layoutsOf(operation)) {
    for (const where of layout === 'contiguous' ? (['outside'] as const) : WHERE) {
      await checkResults(operation, place, wanted, findings, `${layout} ${where}`, () =>
        runCaptured(operation, place, layout, where),
      )
    }
  }
  const decomposed = withoutComposites(place.backend)
  await checkResults(operation, place, wanted, findings, 'composites decomposed', () =>
    runCaptured(operation, { ...place, backend: decomposed }, 'contiguous', 'outside'),
  )
  return findings.result()
}
