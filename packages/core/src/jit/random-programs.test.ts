/**
 * Random functions, eager and captured: whatever is computed, the results, the gradients and the variables are the same.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, variableGradients } from '../autograd/gradient.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { BACKENDS, expectSame, numbersOf, type Setting } from './testing/compare.js'
import { type RandomStep, randomSteps, runSteps } from './testing/random-program.js'

const INPUTS = [[3, 4], [4], [2, 3, 4], [4, 5], []]
const VARIABLES = [[3, 4], [3, 4], [4], [4, 3]]
/** More of them: NABLA_RANDOM_PROGRAMS=500. */
const RUNS = Number(process.env.NABLA_RANDOM_PROGRAMS ?? 25)

const settings = Object.entries(BACKENDS).flatMap(([name, backend]) =>
  (['float32', 'float64'] as const).map((dtype) => ({
    name: `${name}, ${dtype}`,
    setting: { backend, dtype, inputs: INPUTS, variables: [] as number[][] },
  })),
)

/** Everything at the end, and a few values on the way. */
const chosen = (values: readonly Tensor[]): Tensor[] => [
  ...values.slice(-3),
  ...values.filter((_, position) => position % 7 === 5),
]

function check(setting: Setting, run: Parameters<typeof numbersOf>[1]): void {
  expectSame(numbersOf(setting, run, 'captured'), numbersOf(setting, run, 'eager'), setting.dtype)
}

const total = (values: readonly Tensor[]): Tensor =>
  values.map((each) => sum(each)).reduce((a, b) => a.add(b))

describe.each(settings)('random functions on $name', ({ setting }) => {
  const property = (withAssignments: boolean, body: (steps: RandomStep[]) => void): void => {
    fc.assert(fc.property(randomSteps(withAssignments), body), { numRuns: RUNS })
  }

  it('give the same results', () => {
    property(false, (steps) =>
      check(setting, (inputs, variables, generator) => chosen(runSteps(steps, inputs, variables, generator))),
    )
  })

  it('have the same gradients', () => {
    property(false, (steps) =>
      check(setting, (inputs, variables, generator) =>
        grad((tracked: readonly Tensor[]) => total(runSteps(steps, tracked, variables, generator)))(inputs),
      ),
    )
  })

  it('leave the same in variables', () => {
    const withVariables = { ...setting, variables: VARIABLES }
    property(true, (steps) =>
      check(withVariables, (inputs, variables, generator) =>
        chosen(runSteps(steps, inputs, variables, generator)),
      ),
    )
  })

  it('train variables to the same', () => {
    const withVariables = { ...setting, variables: VARIABLES }
    property(false, (steps) =>
      check(withVariables, (inputs, variables, generator) => {
        const { value, gradients } = variableGradients(
          () => total(runSteps(steps, inputs, variables, generator)),
          variables,
        )
        for (const [i, variable] of variables.entries()) {
          variable.assign(variable.value.sub((gradients[i] as Tensor).tanh().mul(0.05)))
        }
        return [value]
      }),
    )
  })
})

it('random functions are not trivial', () => {
  const lengths = fc.sample(randomSteps(true), 100).map(({ length }) => length)
  expect(Math.max(...lengths)).toBeGreaterThan(30)
})
