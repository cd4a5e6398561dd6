/**
 * The platform's AsyncLocalStorage (Node, Deno, Bun), which carries a value across `await`; browsers have none yet.
 */
import type { Owner } from './scope.js'

export interface AsyncStorage {
  getStore(): Owner | undefined
  run<R>(store: Owner, callback: () => R): R
}

/** The part of Node's `process` that gives built-in modules without an import that a bundler would see. */
interface ProcessLike {
  getBuiltinModule?(name: string): { AsyncLocalStorage?: new () => AsyncStorage } | undefined
}

let storage: AsyncStorage | undefined
let searched = false

/** The one storage of this package, made when it is first asked for. */
export function findAsyncStorage(): AsyncStorage | undefined {
  if (searched) return storage
  searched = true
  const { process } = globalThis as { process?: ProcessLike }
  const AsyncLocalStorage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage
  if (AsyncLocalStorage !== undefined) storage = new AsyncLocalStorage()
  return storage
}
