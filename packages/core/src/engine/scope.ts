/**
 * Scopes: who frees a tensor. Each tensor has at most one owner, which disposes it when it closes:
 * - a running `scope(…)` or a gradient computation, for what is made while it runs;
 * - the current batch of a data loader or the current step of an optimizer, for the batch and what
 *   `valueAndGrad` computed from it.
 * Tensors without an owner are freed by `dispose`, by `using`, or by the garbage collector.
 *
 * While synchronous code runs, the innermost scope is the top of a stack. Across `await` it comes from the platform's
 * AsyncLocalStorage (Node, Deno, Bun); where there is none, a result belongs to the scope of its inputs, and what has no
 * inputs belongs to nobody, so that two scopes running at once never free each other's tensors.
 */
import type { TensorHandle } from './handle.js'
import { recordingDepth } from './recording.js'

/** Frees tensors when it closes. */
export class Owner {
  private readonly tensors = new Set<TensorHandle>()
  closed = false

  constructor(
    /** Completes "it was freed …" in the message of a later use. */
    readonly ending: string,
    /** Whether results of ordinary operations on its tensors belong to it too. */
    readonly inherits: boolean,
  ) {}

  adopt(tensor: TensorHandle): void {
    this.tensors.add(tensor)
    tensor.owner = this
  }

  remove(tensor: TensorHandle): void {
    this.tensors.delete(tensor)
    tensor.owner = undefined
  }

  /** Gives everything to another owner. */
  hand(heir: Owner): void {
    this.closed = true
    for (const tensor of this.tensors) heir.adopt(tensor)
    this.tensors.clear()
  }

  /** Disposes what it owns, except `kept`, which goes to `heir` or to nobody. */
  close(kept: Iterable<TensorHandle> = [], heir?: Owner): void {
    this.closed = true
    for (const tensor of kept) {
      if (!this.tensors.delete(tensor)) continue
      if (heir === undefined) tensor.disown()
      else heir.adopt(tensor)
    }
    for (const tensor of this.tensors) tensor.free(this.ending)
    this.tensors.clear()
  }
}

interface AsyncStorage {
  getStore(): Owner | undefined
  run<R>(store: Owner, callback: () => R): R
}

/** The part of Node's `process` that gives built-in modules without an import that a bundler would see. */
interface ProcessLike {
  getBuiltinModule?(name: string): { AsyncLocalStorage?: new () => AsyncStorage } | undefined
}

let asyncStorage: AsyncStorage | undefined
let searched = false
let openScopes = 0

function findAsyncStorage(): AsyncStorage | undefined {
  if (searched) return asyncStorage
  searched = true
  const { process } = globalThis as { process?: ProcessLike }
  const AsyncLocalStorage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage
  if (AsyncLocalStorage !== undefined) asyncStorage = new AsyncLocalStorage()
  return asyncStorage
}

const stack: Owner[] = []

/** The owner of what is made now, if any. */
export function currentOwner(): Owner | undefined {
  if (stack.length > 0) return stack[stack.length - 1]
  return openScopes > 0 ? asyncStorage?.getStore() : undefined
}

/** Where no scope is current but some are open: the one scope that the inputs agree on. */
export function inheritedOwner(inputs: readonly TensorHandle[]): Owner | undefined {
  if (openScopes === 0 || asyncStorage !== undefined) return undefined
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
export function tensorsIn(value: unknown, isTensor: (value: unknown) => value is TensorHandle): TensorHandle[] {
  const found: TensorHandle[] = []
  const seen = new Set<unknown>()
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || seen.has(each)) return
    seen.add(each)
    if (isTensor(each)) found.push(each)
    else if (Array.isArray(each) || each instanceof Set) each.forEach(visit)
    else if (each instanceof Map) each.forEach(visit)
    else if (isPlain(each)) Object.values(each).forEach(visit)
  }
  visit(value)
  return found
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Runs a function and frees every tensor that was made in it and is not part of what it returns. Works with
 * asynchronous functions, also when several run at once; nested scopes hand their results to the outer one.
 */
export function runScope<R>(run: () => R, isTensor: (value: unknown) => value is TensorHandle): R {
  const outer = currentOwner()
  const owner = new Owner('when the scope that it was made in ended; return it from the scope or call keep() on it', true)
  const finish = (result: unknown): void => {
    openScopes -= 1
    const heir = outer?.closed === false ? outer : undefined
    // A gradient that is being recorded around this scope still needs what was made in it.
    if (heir !== undefined && recordingDepth() > 0) owner.hand(heir)
    else owner.close(tensorsIn(result, isTensor), heir)
  }
  const storage = findAsyncStorage()
  openScopes += 1
  let result: R
  try {
    result = runOwned(owner, () => (storage === undefined ? run() : storage.run(owner, run)))
  } catch (error) {
    finish(undefined)
    throw error
  }
  if (result instanceof Promise) {
    const finished: Promise<unknown> = result.then(
      (value: unknown) => {
        finish(value)
        return value
      },
      (error: unknown) => {
        finish(undefined)
        throw error
      },
    )
    return finished as R
  }
  finish(result)
  return result
}
