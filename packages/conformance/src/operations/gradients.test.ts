/**
 * `checkGradients` over every differentiable operation of the core, of second order where derivatives are continuous: the
 * rules of differentiation against central differences in float64.
 */
import { isFloat } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { add, checkGradients, mul, sum, type Tensor } from '@nabla/core'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from './cases/index.js'
import { elementwiseRows } from './elementwise.js'
import type { Operation, Place, Results } from './operation.js'
import { allElements, inputsFor } from './run-operation.js'

const place: Place = { backend: createCpuBackend(), dtype: 'float64' }

/** All float results as one number, each with a weight of its own. */
function combined(results: Results): Tensor {
  const list: readonly Tensor[] = Array.isArray(results) ? results : [results]
  return list
    .filter(({ dtype }) => isFloat(dtype))
    .map((result, i) => mul(sum(mul(result, result)), 0.5 + i / 8))
    .reduce((total, part) => add(total, part))
}

const rows = [...elementwiseRows(), ...OPERATIONS].flatMap((row) => {
  const { differentiable } = row
  return differentiable === undefined ? [] : [[row.functions.join(', '), row, differentiable] as const]
})

async function check(
  row: Operation,
  run: NonNullable<Operation['differentiable']>,
  order: 1 | 2,
): Promise<number> {
  const inputs = inputsFor(row, place, allElements(row, place.dtype), 'contiguous')
  const { compared } = await checkGradients((...tensors) => combined(run(tensors, place)), inputs, { order })
  for (const each of inputs) each.dispose()
  return compared
}

describe('derivatives', () => {
  it.each(rows)('of %s', async (_name, row, run) => {
    expect(await check(row, run, row.smooth ? 2 : 1)).toBeGreaterThan(0)
  })
})
