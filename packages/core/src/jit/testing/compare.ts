/**
 * For tests: a function run eager and captured, on the same numbers, with the same results.
 */
import { type Backend, decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { expect } from 'vitest'
import { scope } from '../../engine/scope.js'
import { tensorFrom } from '../../ops/creation/tensor.js'
import { Generator } from '../../random/index.js'
import type { Tensor } from '../../tensor.js'
import { Variable } from '../../variable.js'
import { jit } from '../jit.js'
import { validated } from './validated.js'

export type FloatType = 'float32' | 'float64'

/** Backends that make captured programs differ, the first with every call held against the contract: with composites, without, and with few views in a kernel. */
export const BACKENDS: Readonly<Record<string, Backend>> = {
  cpu: validated(createCpuBackend()),
  'without composites': limited({ composites: [] }),
  'eight views': limited({ maximumViews: 8 }),
}

function limited(changes: Partial<Backend['capabilities']>): Backend {
  const inner = createCpuBackend()
  return decorate(inner, { capabilities: { ...inner.capabilities, ...changes } })
}

/** Numbers between -2 and 2 without a pattern. */
export function numbers(count: number, salt: number): number[] {
  return Array.from({ length: count }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) + 78.233 * (salt + 1)))
}

export interface Setting {
  readonly backend: Backend
  readonly dtype: FloatType
  /** Shapes of the inputs, and of the variables. */
  readonly inputs: readonly (readonly number[])[]
  readonly variables: readonly (readonly number[])[]
}

type Run = (
  inputs: readonly Tensor[],
  variables: readonly Variable[],
  generator: Generator,
) => readonly Tensor[]

/** The numbers of all results and variables after each of several calls on different inputs. */
export function numbersOf(
  { backend, dtype, inputs, variables }: Setting,
  run: Run,
  how: 'eager' | 'captured',
  calls = 3,
): number[][][] {
  const make = (shape: readonly number[], salt: number): Tensor =>
    tensorFrom(
      numbers(
        shape.reduce((a, b) => a * b, 1),
        salt,
      ),
      [...shape],
      { dtype, backend },
    )
  const held = variables.map((shape, i) => new Variable(make(shape, 100 + i), { name: `v${i}` }))
  const generator = new Generator(5)
  const direct = (given: readonly Tensor[]): readonly Tensor[] => run(given, held, generator)
  const captured = jit(direct)
  const call = how === 'eager' ? direct : captured
  const rounds = Array.from({ length: calls }, (_, round) =>
    scope(() => {
      const given = inputs.map((shape, i) => make(shape, 10 * round + i))
      const results = call(given).map((each) => Array.from(each.dataSync(), Number))
      return [...results, ...held.map(({ value }) => Array.from(value.dataSync(), Number))]
    }),
  )
  captured.dispose()
  for (const variable of held) variable.dispose()
  return rounds
}

/** Expects the same numbers, as far as rounding in another order allows: relative to the largest of all. */
export function expectSame(got: number[][][], wanted: number[][][], dtype: FloatType): void {
  const largest = wanted
    .flat(2)
    .filter(Number.isFinite)
    .reduce((most, each) => Math.max(most, Math.abs(each)), 1)
  const tolerance = largest * (dtype === 'float32' ? 1e-5 : 1e-13)
  wanted.forEach((round, call) => {
    round.forEach((values, position) => {
      const own = got[call]?.[position] ?? []
      const wrong = values.findIndex((value, i) => {
        const other = own[i] ?? Number.NaN
        return !Object.is(value, other) && !(Math.abs(value - other) <= tolerance)
      })
      const where = `call ${call}, result ${position}, element ${wrong}`
      expect(wrong === -1 ? '' : `${where}: ${own[wrong]}, eager ${values[wrong]}`).toBe('')
      expect(own.length).toBe(values.length)
    })
  })
}
