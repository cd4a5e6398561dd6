/**
 * What the external slots of a captured program are bound to. Between two steps the kernels have emptied the caches, and
 * each object that is looked at costs: so slots are sorted by what a run has to do for them, which for most is nothing.
 */
import type { Backend, Binding } from '@nabla/backend'
import type { Storage } from '../engine/storage.js'
import type { Tensor } from '../tensor.js'
import type { External } from './assemble.js'
import { ResultStorage } from './result-memory.js'
import type { VariablePlace } from './variable-memory.js'

/** A slot that takes the tensor at a position among the arguments. */
interface ArgumentSlot {
  readonly slot: number
  readonly position: number
}

interface PlaceSlot {
  readonly slot: number
  readonly place: VariablePlace
}

interface ResultSlot {
  readonly slot: number
  readonly external: External
}

export class Bindings {
  /** By position among the external slots; complete after `bind`. */
  readonly current: Binding[] = []
  readonly #arguments: ArgumentSlot[] = []
  readonly #places: PlaceSlot[] = []
  readonly #results: ResultSlot[] = []

  constructor(
    private readonly backend: Backend,
    externals: readonly External[],
  ) {
    externals.forEach((external, slot) => {
      const { role, place } = external
      if (place !== undefined) this.#places.push({ slot, place })
      else if (role.kind === 'argument') this.#arguments.push({ slot, position: role.position })
      else if (role.kind === 'constant') this.current[slot] = { buffer: role.buffer, offset: 0 }
      else if (role.kind === 'result') this.#results.push({ slot, external })
    })
  }

  /**
   * Binds all slots.
   *
   * @param isUntouched whether all variables are as the last run left them
   * @returns the storages of the results, by place among them
   */
  bind(tensors: readonly Tensor[], isUntouched: boolean): Storage[] {
    const { current } = this
    for (const { slot, position } of this.#arguments) {
      const { offset, reference } = tensors[position] as Tensor
      current[slot] = { buffer: reference.storage.buffer, offset }
    }
    if (!isUntouched) for (const { slot, place } of this.#places) current[slot] = place.bind()
    const results: Storage[] = []
    for (const { slot, external } of this.#results) {
      const { pool, dtype, length } = external
      const buffer = pool.take() ?? this.backend.allocate(dtype, length)
      results.push(new ResultStorage(this.backend, buffer, pool))
      if (current[slot]?.buffer !== buffer) current[slot] = { buffer, offset: 0 }
    }
    return results
  }
}
