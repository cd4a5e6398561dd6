/** Every operation that the core exports has a case: a new one without a row here fails. */
import * as core from '@nabla/core'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from './cases/index.js'

/** What the core exports besides operations, by what it is for. */
const NOT_OPERATIONS: readonly string[] = [
  // Gradients and batches: transformations of functions.
  ...['grad', 'valueAndGrad', 'variableGradients', 'vjp', 'jvp', 'jacobian', 'hessian'],
  ...['vmap', 'customGradient', 'stopGradient', 'checkpoint', 'checkGradients', 'detectAnomaly'],
  // Backends, generators and memory.
  ...['defaultBackend', 'setDefaultBackend', 'setDefaultBackendFactory', 'defaultGenerator', 'setSeed'],
  ...['scope', 'memory', 'reportLeaks', 'withTemporaries', 'isRecording', 'breathe'],
  ...['openBatch', 'finishStep', 'joinStep'],
  // Parts to write kernels with; the kernels themselves are cases of the kernel level.
  ...['map', 'mapMany', 'reduceMapped', 'exponentials', 'constant', 'index', 'input', 'scalar'],
  ...['bytesPerElement', 'formatShape', 'sameShape', 'fromHalfBits', 'toHalfBits'],
  // Captured programs.
  ...['jit', 'inspect', 'programFacts', 'hostNumbers'],
  // The catalogue.
  ...['elementwiseOperations', 'elementwiseSamples'],
]

const isClass = (exported: unknown): boolean =>
  typeof exported === 'function' && /^class\s/.test(String(exported))

const functions = Object.entries(core)
  .filter(([, exported]) => typeof exported === 'function' && !isClass(exported))
  .map(([name]) => name)

const covered = new Set([
  ...core.elementwiseOperations().map(({ functionName }) => functionName),
  ...OPERATIONS.flatMap((operation) => operation.functions),
])

describe('the tables of operations', () => {
  it('cover every function of the core that is one', () => {
    const missing = functions.filter((name) => !covered.has(name) && !NOT_OPERATIONS.includes(name))
    expect(missing, 'add a row to operations/cases, or list it as no operation').toEqual([])
  })

  it('name only functions that there are', () => {
    expect([...covered].filter((name) => !functions.includes(name))).toEqual([])
    expect(NOT_OPERATIONS.filter((name) => !functions.includes(name))).toEqual([])
  })

  it('have nothing that is listed as no operation', () => {
    expect(NOT_OPERATIONS.filter((name) => covered.has(name))).toEqual([])
  })

  it('are not empty', () => {
    expect(covered.size).toBeGreaterThan(150)
  })
})
