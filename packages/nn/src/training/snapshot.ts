/**
 * Snapshots: weights and the optimizer's state on the host, from which training goes on when the device with them is lost.
 */
import {
  type Backend,
  defaultBackend,
  setDefaultBackend,
  type TypedArray,
  tensorFrom,
  type Variable,
} from '@nabla/core'
import { rememberGenerators } from './diagnosis.js'
import type { Learner } from './learner.js'

export interface Snapshot {
  /** Goes back to it, on another backend. */
  restore(backend: Backend): void
}

interface Kept {
  readonly variable: Variable
  readonly data: TypedArray
}

async function keep(variable: Variable): Promise<Kept> {
  return { variable, data: await variable.value.data() }
}

/** @param rewindData goes back to where the data are now */
export async function takeSnapshot(learner: Learner, rewindData: () => void): Promise<Snapshot> {
  const { model, optimizer, scores } = learner
  const { variables } = model
  const slots = optimizer.slotsFor(variables.filter(({ trainable }) => trainable))
  const rewindGenerators = rememberGenerators(model)
  const { iterations } = optimizer
  const kept = await Promise.all([...variables, ...slots].map(keep))
  return {
    restore(backend) {
      if (defaultBackend() === learner.backend()) setDefaultBackend(backend)
      for (const { variable, data } of kept) {
        const { shape, dtype } = variable
        variable.replace(tensorFrom(data, shape, { dtype, backend }))
      }
      // New sums are made where the weights are now.
      scores.dispose()
      optimizer.iterations = iterations
      rewindGenerators()
      rewindData()
    },
  }
}
