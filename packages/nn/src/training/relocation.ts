/**
 * Models that were moved to another backend between two trainings: the optimizer's state goes where the weights are.
 */
import { stopGradient, type Tensor, type Variable } from '@nabla/core'
import type { Optimizer } from '@nabla/optim'

/** Moves an optimizer's state of `variables` to their backends; what it keeps for others it forgets. */
export async function followVariables(optimizer: Optimizer, variables: readonly Variable[]): Promise<void> {
  if (optimizer.iterations === 0) return
  const { slots, ...rest } = optimizer.state(variables)
  const pairs = variables.map(({ backend }, position) => ({
    backend,
    entries: Object.entries(slots[position] ?? {}),
  }))
  const isAway = pairs.some(({ backend, entries }) => entries.some(([, slot]) => slot.backend !== backend))
  if (!isAway) return
  const moved = await Promise.all(
    pairs.map(async ({ backend, entries }) => {
      const copies = entries.map(
        async ([name, slot]): Promise<[string, Tensor]> => [
          name,
          slot.backend === backend ? stopGradient(slot) : await slot.to(backend),
        ],
      )
      return Object.fromEntries(await Promise.all(copies))
    }),
  )
  optimizer.dispose()
  optimizer.restore({ ...rest, slots: moved }, variables)
  for (const copy of moved.flatMap((each) => Object.values(each))) copy.dispose()
}
