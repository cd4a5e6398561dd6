/**
 * Operations as captured programs: what `jit` makes of them must give what they give. Each program is captured on other
 * elements than those that count, so one that keeps something of its first call is found out.
 */
import { NablaError } from '@nabla/backend'
import { jit, type Tensor } from '@nabla/core'
import { describeError, type Findings } from '../case.js'
import type { Differentiated, Operation, Place, Results } from './operation.js'
import { type LayoutName, placeTensor, storedAs } from './place.js'
import {
  allElements,
  amongInputs,
  disposeAll,
  floatGradients,
  type HostResult,
  inputsFor,
  listOf,
  toHost,
} from './run-operation.js'

/** Where a layout comes from: the arguments have it, or the captured function makes it of contiguous ones. */
export const WHERE = ['outside', 'inside'] as const
export type Where = (typeof WHERE)[number]

type Run = (inputs: readonly Tensor[]) => readonly Tensor[]

/** The results of a captured function on an operation's inputs, after a call on other elements. */
async function callTwice(
  operation: Operation,
  place: Place,
  layout: LayoutName,
  where: Where,
  run: Run,
): Promise<HostResult[]> {
  const elements = allElements(operation, place.dtype)
  const views = operation.inputs.map((spec, i) => storedAs(elements[i] as number[], spec.shape, layout))
  const inputs = (values: readonly (readonly number[])[]): Tensor[] =>
    where === 'outside'
      ? inputsFor(operation, place, values, layout)
      : operation.inputs.map(({ dtype = place.dtype, shape }, i) => {
          const stored = storedAs(values[i] as number[], shape, layout)
          return placeTensor(stored.values, stored.shape, dtype, place, 'contiguous')
        })
  const captured = jit((given: readonly Tensor[]) =>
    run(
      where === 'outside' ? given : given.map((base, i) => (views[i] as (typeof views)[number]).view(base)),
    ),
  )
  const others = inputs(elements.map((values) => values.toReversed()))
  const given = inputs(elements)
  try {
    disposeAll(captured(others))
    const results = captured(given)
    const host = await Promise.all(results.map(toHost))
    disposeAll(results)
    return host
  } finally {
    disposeAll([...others, ...given])
    captured.dispose()
  }
}

function atOnce(results: Results | Promise<Results>): readonly Tensor[] {
  if (results instanceof Promise) throw new TypeError('an asynchronous operation')
  return listOf(results)
}

/** The results of an operation, captured. */
export function runCaptured(
  operation: Operation,
  place: Place,
  layout: LayoutName,
  where: Where,
): Promise<HostResult[]> {
  return callTwice(operation, place, layout, where, (inputs) => atOnce(operation.run(inputs, place)))
}

/** Gradients with respect to the float inputs, captured; `undefined` for the others. */
export async function capturedGradients(
  operation: Differentiated,
  place: Place,
  layout: LayoutName,
  where: Where,
): Promise<(HostResult | undefined)[]> {
  const host = await callTwice(operation, place, layout, where, (inputs) =>
    floatGradients(operation, place, inputs),
  )
  const inputs = inputsFor(operation, place, allElements(operation, place.dtype), 'contiguous')
  disposeAll(inputs)
  return amongInputs(inputs, host)
}

/** Whether an operation reads values by nature, and so returns later. */
export async function isAsynchronous(operation: Operation, place: Place): Promise<boolean> {
  if (operation.differentiable !== undefined) return false
  const inputs = inputsFor(operation, place, allElements(operation, place.dtype), 'contiguous')
  const results = operation.run(inputs, place)
  disposeAll(listOf(await results))
  disposeAll(inputs)
  return results instanceof Promise
}

/** An operation that returns later can't be captured: the error says what to do instead. */
export function checkRefused(operation: Operation, place: Place, findings: Findings): void {
  const inputs = inputsFor(operation, place, allElements(operation, place.dtype), 'contiguous')
  const captured = jit((given: readonly Tensor[]) => operation.run(given, place))
  try {
    captured(inputs)
    findings.add('captured: reading values inside jit is not an error')
  } catch (error) {
    const isDocumented =
      error instanceof NablaError &&
      ['TracingError', 'ValueError'].includes(error.name) &&
      /Fix: /.test(error.message)
    if (!isDocumented)
      findings.add(`captured: ${describeError(error)}; expected a TracingError or ValueError with a fix`)
  } finally {
    disposeAll(inputs)
    captured.dispose()
  }
}
