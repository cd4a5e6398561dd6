/**
 * Signatures: which calls of a function one captured program serves. Tensors count by backend, dtype and shape; everything
 * else by its value (numbers, strings, booleans) or its identity.
 */
import { type Backend, type DType, type Shape, sameShape } from '@nabla/backend'
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

/** What a plain argument was: a tensor, of which only what counts is kept, or a value without parts. */
type PlainArgument =
  | { readonly isTensor: true; readonly backend: Backend; readonly dtype: DType; readonly shape: Shape }
  | { readonly isTensor: false; readonly value: unknown }

/** A call whose arguments were tensors and values without parts: the next one like it is found without a signature. */
export class PlainCall {
  private constructor(private readonly parameters: readonly PlainArgument[]) {}

  /** `undefined` where there are arrays or objects among the arguments. */
  static of(parameters: readonly unknown[]): PlainCall | undefined {
    const known: PlainArgument[] = []
    for (const value of parameters) {
      if (value instanceof Tensor) {
        const { dtype, shape, reference } = value
        known.push({ isTensor: true, backend: reference.storage.backend, dtype, shape })
      } else if (typeof value === 'object' && value !== null) return undefined
      else known.push({ isTensor: false, value })
    }
    return new PlainCall(known)
  }

  /** The tensors of a call, if it is like this one. */
  tensorsOf(parameters: readonly unknown[]): Tensor[] | undefined {
    if (parameters.length !== this.parameters.length) return undefined
    const tensors: Tensor[] = []
    for (let position = 0; position < parameters.length; position++) {
      const given = parameters[position]
      const known = this.parameters[position] as PlainArgument
      if (!known.isTensor) {
        if (!Object.is(given, known.value)) return undefined
      } else if (
        given instanceof Tensor &&
        given.dtype === known.dtype &&
        given.reference.storage.backend === known.backend &&
        sameShape(given.shape, known.shape)
      ) {
        tensors.push(given)
      } else return undefined
    }
    return tensors
  }
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
