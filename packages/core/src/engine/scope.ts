/**
 * Scopes: who frees a tensor. Each tensor has at most one owner, which disposes it when it closes:
 * - a running `scope(…)` or a gradient computation, for what is made while it runs;
 * - a step (step.ts): the batch of a data loader, or the results of one gradient computation until they were applied.
 * Tensors without an owner are freed by `dispose`, by `using`, or by the garbage collector.
 *
 * While synchronous code runs, the innermost scope is the top of a stack. Across `await` it comes from the platform's
 * AsyncLocalStorage (async-storage.ts); where there is none, a result belongs to the scope of its inputs, and what has
 * no inputs belongs to nobody, so that two scopes running at once never free each other's tensors.
 */
import { findAsyncStorage } from './async-storage.js'
import { TensorHandle } from './handle.js'
import { isRecording } from './recording.js'

/** Frees tensors when it closes. They hang together as a list through the handles themselves: owning costs no memory. */
export class Owner {
  private first: TensorHandle | undefined = undefined
  private last: TensorHandle | undefined = undefined
  /** Steps inside a scope, which end with it at the latest. */
  private parts: Set<Owner> | undefined = undefined
  private whole: Owner | undefined = undefined
  closed = false

  constructor(
    /** Completes "it was freed …" in the message of a later use. */
    readonly ending: string,
    /** Whether results of ordinary operations on its tensors belong to it too. */
    readonly inherits: boolean,
    /** Whether it is the batch of a data loader, to which the results of gradients over it belong (step.ts). */
    readonly isBatch = false,
  ) {}

  /** Takes a tensor over from whoever owned it. */
  adopt(tensor: TensorHandle): void {
    if (tensor.owner === this) return
    tensor.owner?.remove(tensor)
    tensor.owner = this
    const { last } = this
    tensor.ownedBefore = last
    if (last === undefined) this.first = tensor
    else last.ownedAfter = tensor
    this.last = tensor
  }

  /** Lets go of a tensor that it owns. */
  remove(tensor: TensorHandle): void {
    const { ownedBefore, ownedAfter } = tensor
    if (ownedBefore === undefined) this.first = ownedAfter
    else ownedBefore.ownedAfter = ownedAfter
    if (ownedAfter === undefined) this.last = ownedBefore
    else ownedAfter.ownedBefore = ownedBefore
    tensor.owner = undefined
    tensor.ownedBefore = undefined
    tensor.ownedAfter = undefined
  }

  /** Makes another owner close with this one. */
  include(part: Owner): void {
    this.parts ??= new Set()
    this.parts.add(part)
    part.whole = this
  }

  private end(): void {
    this.closed = true
    this.whole?.parts?.delete(this)
    this.whole = undefined
  }

  /** Gives everything to another owner. */
  hand(heir: Owner): void {
    this.end()
    while (this.first !== undefined) heir.adopt(this.first)
    for (const part of this.parts ?? []) heir.include(part)
    this.parts = undefined
  }

  /** Disposes what it owns, except `kept`, which goes to `heir` or to nobody. */
  close(kept: Iterable<TensorHandle> = [], heir?: Owner): void {
    this.end()
    const all = [...kept]
    if (this.parts !== undefined) for (const part of [...this.parts]) part.close(all, heir)
    for (const tensor of all) {
      if (tensor.owner !== this) continue
      this.remove(tensor)
      if (heir === undefined) tensor.disown()
      else heir.adopt(tensor)
    }
    for (let tensor = this.first; tensor !== undefined; tensor = this.first) {
      this.remove(tensor)
      tensor.free(this.ending)
    }
  }
}

/** What `scope` opens. */
export class Scope extends Owner {
  constructor() {
    super('when the scope that it was made in ended', true)
  }
}

let openScopes = 0
const stack: Owner[] = []

/** The owner of what is made now, if any. */
export function currentOwner(): Owner | undefined {
  if (stack.length > 0) return stack[stack.length - 1]
  if (openScopes === 0) return undefined
  const owner = findAsyncStorage()?.getStore()
  return owner === undefined || owner.closed ? undefined : owner
}

/** Whether results made now belong to the scope of their inputs: no scope is current, and which are open is unknown. */
export function inheritsFromInputs(): boolean {
  return stack.length === 0 && openScopes > 0 && findAsyncStorage() === undefined
}

/** Where no scope is current but some are open: the one scope that the inputs agree on. */
export function inheritedOwner(inputs: readonly TensorHandle[]): Owner | undefined {
  if (!inheritsFromInputs()) return undefined
  let found: Owner | undefined
  for (const { owner } of inputs) {
    if (owner === undefined || !owner.inherits || owner.closed) continue
    if (found !== undefined && found !== owner) return undefined
    found = owner
  }
  return found
}

/** Runs synchronous code with `owner` as the owner of what it makes. */
export function runOwned<R>(owner: Owner, run: () => R): R {
  stack.push(owner)
  try {
    return run()
  } finally {
    stack.pop()
  }
}

/** Tensors anywhere inside nested arrays, plain objects, maps and sets. */
export function tensorsIn<T extends object>(value: unknown, isTensor: (value: unknown) => value is T): T[] {
  if (isTensor(value)) return [value]
  const found: T[] = []
  const seen = new Set<unknown>()
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || seen.has(each)) return
    seen.add(each)
    if (isTensor(each)) found.push(each)
    else if (Array.isArray(each) || each instanceof Set) each.forEach(visit)
    else if (each instanceof Map) for (const entry of each) entry.forEach(visit)
    else if (isPlain(each)) Object.values(each).forEach(visit)
  }
  visit(value)
  return found
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const isHandle = (value: unknown): value is TensorHandle => value instanceof TensorHandle

/**
 * Runs a function and frees every tensor that was made in it, except those that it returns: a tensor, or tensors in
 * arrays, plain objects, maps and sets. Works with asynchronous functions, also when several run at once; a scope inside
 * another hands its results to the outer one. What was given to a variable, or `keep()` was called on, stays.
 *
 * Where the platform has no AsyncLocalStorage (browsers), what is made after an `await` belongs to the scope of the
 * tensors that it was computed from; what comes from host data then is left to the garbage collector.
 *
 * @example const score = await scope(async () => (await model.predict(x)).mean())
 */
export function scope<R>(run: () => R): R {
  const outer = currentOwner()
  const recorded = isRecording()
  const owner = new Scope()
  const finish = (result?: unknown): void => {
    openScopes -= 1
    // While a gradient is being recorded, its graph still needs what was made on the way.
    if (recorded && outer !== undefined) owner.hand(outer)
    else owner.close(tensorsIn(result, isHandle), outer?.closed === false ? outer : undefined)
  }
  openScopes += 1
  let result: R
  try {
    const storage = findAsyncStorage()
    result = runOwned(owner, () => (storage === undefined ? run() : storage.run(owner, run)))
  } catch (error) {
    finish()
    throw error
  }
  if (!isPromise(result)) {
    finish(result)
    return result
  }
  const finished: Promise<unknown> = Promise.resolve(result).then(
    (value: unknown) => {
      finish(value)
      return value
    },
    (error: unknown) => {
      finish()
      throw error
    },
  )
  return finished as R
}
