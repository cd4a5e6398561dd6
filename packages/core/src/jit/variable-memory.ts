/**
 * Where captured programs find variables: each row by row, those that are updated together one after the other in one
 * buffer, and those that are written in place in memory that nobody else sees.
 */
import { type Binding, isContiguous, sizeOf } from '@nabla/backend'
import { Reference, Storage } from '../engine/storage.js'
import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import { copyInto, copyOf, realView, tensorOn } from './copies.js'

/** The variables that live in each storage which a program made for several. */
const tenants = new WeakMap<Storage, readonly Variable[]>()

const storageOf = ({ held }: Variable): Storage => held.reference.storage

/** Whether a storage is used by variables only, each with one handle. */
function isExclusive(storage: Storage, own: readonly Variable[]): boolean {
  const all = tenants.get(storage) ?? own
  return storage.references === all.filter((variable) => storageOf(variable) === storage).length
}

/** Where the variables lie one after the other, if they do. */
function placeOf(variables: readonly Variable[]): Binding | undefined {
  const [first] = variables
  if (first === undefined) return undefined
  const storage = storageOf(first)
  let next = first.held.offset
  for (const variable of variables) {
    const { held } = variable
    if (storageOf(variable) !== storage || held.offset !== next || !isContiguous(held)) return undefined
    next += held.size
  }
  return { buffer: storage.buffer, offset: first.held.offset }
}

/** Moves variables into one new buffer, one after the other. */
function gather(variables: readonly Variable[]): Binding {
  const [first] = variables as readonly [Variable]
  const { backend } = storageOf(first)
  const length = variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const buffer = backend.allocate(first.dtype, length)
  const storage = new Storage(backend, buffer)
  const moved: Tensor[] = []
  let offset = 0
  variables.forEach(({ held, shape, dtype, name }, position) => {
    copyInto(backend, realView(held), buffer, offset)
    if (position > 0) storage.retain()
    moved.push(tensorOn(held.make, storage, name, dtype, shape, offset))
    offset += sizeOf(shape)
  })
  tenants.set(storage, variables)
  variables.forEach((variable, position) => {
    variable.settle(moved[position] as Tensor)
  })
  return { buffer, offset: 0 }
}

/** Where a program finds variables; moves them if they aren't as it needs them. @param written whether it writes them */
function bindVariables(variables: readonly Variable[], written: boolean): Binding {
  const place = placeOf(variables)
  const [first] = variables as readonly [Variable]
  if (place !== undefined && (!written || isExclusive(storageOf(first), variables))) return place
  if (variables.length > 1 || written) return gather(variables)
  first.relocate(copyOf(first.held, first.held.make))
  return bindVariables(variables, written)
}

/** Variables that a program is bound to as one, remembered from run to run: mostly nobody has touched them in between. */
export class VariablePlace {
  #binding: Binding | undefined
  /** What the variables held after the last run. */
  #handles: Tensor[] = []

  /** @param written whether the program writes them */
  constructor(
    readonly variables: readonly Variable[],
    readonly written: boolean,
  ) {}

  bind(): Binding {
    if (this.#binding !== undefined && this.#isAsLeft()) return this.#binding
    this.#binding = bindVariables(this.variables, this.written)
    this.#handles = this.variables.map(({ held }) => held)
    return this.#binding
  }

  #isAsLeft(): boolean {
    const { variables, written } = this
    const handles = this.#handles
    for (let position = 0; position < handles.length; position++) {
      if (variables[position]?.held !== handles[position]) return false
    }
    const storage = handles[0]?.reference.storage
    return !written || storage === undefined || storage.references === handles.length
  }

  /**
   * Gives variables that were written in place new handles where someone has the old ones, which are gone.
   */
  renew(): void {
    const { variables } = this
    for (let position = 0; position < variables.length; position++) {
      const variable = variables[position] as Variable
      if (!variable.isShown) continue
      const { held } = variable
      const { storage, operation } = held.reference
      const { make, dtype, shape, strides, offset } = held
      const reference = new Reference(storage.retain(), operation)
      const next = make({ storage, dtype, layout: { shape, strides, offset }, reference })
      variable.settle(next)
      this.#handles[position] = next
    }
  }
}
