/**
 * Signatures: which calls of a function one captured program serves. Tensors count by backend, dtype and shape; everything
 * else by its value (numbers, strings, booleans) or its identity.
 */
import { Tensor } from '../tensor.js'

const identities = /* @__PURE__ */ new WeakMap<object, number>()
let lastIdentity = 0

function identityOf(value: object): number {
  let found = identities.get(value)
  if (found === undefined) {
    lastIdentity += 1
    found = lastIdentity
    identities.set(value, found)
  }
  return found
}

function isPlain(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype
}

/** The signature of arguments; the tensors among them are put in `tensors`, each as often as it stands there. */
export function signatureOf(value: unknown, tensors: Tensor[]): string {
  if (value instanceof Tensor) {
    tensors.push(value)
    return `${identityOf(value.reference.storage.backend)}${value.dtype}${value.shape.join()}`
  }
  if (Array.isArray(value)) return `[${value.map((each) => signatureOf(each, tensors)).join(';')}]`
  if (typeof value === 'object' && value !== null) {
    if (!isPlain(value)) return `#${identityOf(value)}`
    const parts = Object.keys(value).map(
      (key) => `${JSON.stringify(key)}:${signatureOf(value[key], tensors)}`,
    )
    return `{${parts.join(';')}}`
  }
  if (typeof value === 'function') return `#${identityOf(value)}`
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The arguments with stand-ins in place of their tensors, in the same order. */
export function withTensors<A>(value: A, next: (tensor: Tensor) => Tensor): A {
  return replace(value, next) as A
}

function replace(value: unknown, next: (tensor: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return next(value)
  if (Array.isArray(value)) return value.map((each) => replace(each, next))
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each, next)]))
  }
  return value
}
