/**
 * What a traced function returned: tensors in any nesting of arrays and plain objects, and anything else as it is.
 */
import { Tensor } from '../tensor.js'

/** Rebuilds the result around new tensors, in the order in which they were found. */
export type Template = (tensors: readonly Tensor[]) => unknown

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The tensors in a result, and how to make the same result of others. Each tensor counts once. */
export function templateOf(result: unknown): {
  readonly tensors: readonly Tensor[]
  readonly build: Template
} {
  const tensors: Tensor[] = []
  const visit = (value: unknown): Template => {
    // A result that was freed already stays what it is: using it is an error.
    if (value instanceof Tensor && !value.isDisposed) {
      const known = tensors.indexOf(value)
      const position = known === -1 ? tensors.push(value) - 1 : known
      return (given) => given[position]
    }
    if (Array.isArray(value)) {
      const parts = value.map(visit)
      return (given) => parts.map((part) => part(given))
    }
    if (typeof value === 'object' && value !== null && isPlain(value)) {
      const parts = Object.entries(value).map(([key, each]) => [key, visit(each)] as const)
      return (given) => Object.fromEntries(parts.map(([key, part]) => [key, part(given)]))
    }
    return () => value
  }
  const build = visit(result)
  return { tensors, build }
}
