/** All cases of the operation level: tables and catalogue, forward and gradient. */
import { type Capabilities, type DType, isFloat } from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { OPERATIONS } from './cases/index.js'
import { checkCaptured, checkForward } from './check-forward.js'
import { checkGradient } from './check-gradient.js'
import { elementwiseCases, elementwiseRows } from './elementwise.js'
import { knownStreamCases } from './known-streams.js'
import { hasGradient, type Operation } from './operation.js'
import { randomStreamCases } from './random-streams.js'
import { wantedGradients, wantedResults } from './wanted.js'

/** Whether a backend has the type that an operation is tried in, and the others that it comes to. */
function isAvailable({ inputs, needs }: Operation, dtype: DType, available: readonly DType[]): boolean {
  const types = [dtype, ...needs, ...inputs.map((input) => input.dtype ?? dtype)]
  return types.every((each) => available.includes(each))
}

function forwardCases(operation: Operation, available: readonly DType[]): ConformanceCase[] {
  return operation.dtypes
    .filter((dtype) => isAvailable(operation, dtype, available))
    .flatMap((dtype): ConformanceCase[] => {
      const subject = operation.functions.join(', ')
      return [
        {
          level: 'operation',
          subject,
          dtype,
          run: async (backend) =>
            checkForward(operation, { backend, dtype }, await wantedResults(operation, dtype)),
        },
        {
          level: 'operation',
          subject,
          dtype,
          aspect: 'captured',
          run: async (backend) =>
            checkCaptured(operation, { backend, dtype }, await wantedResults(operation, dtype)),
        },
      ]
    })
}

function gradientCases(operation: Operation, available: readonly DType[]): ConformanceCase[] {
  if (!hasGradient(operation)) return []
  return operation.dtypes
    .filter((dtype) => isFloat(dtype) && isAvailable(operation, dtype, available))
    .flatMap((dtype) =>
      (['eager', 'captured'] as const).map(
        (how): ConformanceCase => ({
          level: 'operation',
          subject: operation.functions.join(', '),
          dtype,
          aspect: how === 'eager' ? 'gradient' : 'captured gradient',
          run: async (backend) =>
            checkGradient(operation, backend, dtype, await wantedGradients(operation), how),
        }),
      ),
    )
}

/** The types that the core itself counts on: the default, indices, and results of comparisons. */
const BASIS: readonly DType[] = ['bool', 'int32', 'float32']

/** None for a backend that lacks a type of the basis: it is tested at the level of kernels only. */
export function operationCases(capabilities: Capabilities): ConformanceCase[] {
  const { dtypes } = capabilities
  if (!BASIS.every((dtype) => dtypes.includes(dtype))) return []
  return [
    ...elementwiseCases(capabilities),
    ...elementwiseRows().flatMap((row) => gradientCases(row, dtypes)),
    ...OPERATIONS.flatMap((row) => [...forwardCases(row, dtypes), ...gradientCases(row, dtypes)]),
    ...knownStreamCases(capabilities),
    ...randomStreamCases(capabilities),
  ]
}
