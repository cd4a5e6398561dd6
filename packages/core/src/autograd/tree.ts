/**
 * Trees: tensors nested in arrays and plain objects, as arguments and results of the transformations.
 */
import { ValueError } from '@nabla/backend'
import { Tensor } from '../tensor.js'

/** A tensor, or tensors in arrays and plain objects nested to any depth. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree }

/** The same structure with every tensor replaced; visits in the order of arrays and of object keys. */
export function mapTensors<A extends TensorTree>(
  operation: string,
  tree: A,
  replace: (tensor: Tensor) => Tensor,
): A {
  return visit(operation, tree, replace, 'argument') as A
}

/** The tensors of a tree, in the order of `mapTensors`. */
export function treeTensors(operation: string, tree: TensorTree): Tensor[] {
  const found: Tensor[] = []
  mapTensors(operation, tree, (tensor) => {
    found.push(tensor)
    return tensor
  })
  return found
}

function visit(
  operation: string,
  tree: unknown,
  replace: (tensor: Tensor) => Tensor,
  path: string,
): TensorTree {
  if (tree instanceof Tensor) return replace(tree)
  if (Array.isArray(tree))
    return tree.map((each: unknown, i) => visit(operation, each, replace, `${path}[${i}]`))
  if (typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, each]: [string, unknown]) => [
        key,
        visit(operation, each, replace, `${path}.${key}`),
      ]),
    )
  }
  throw new ValueError(operation, {
    expected:
      'a tensor, or arrays and plain objects of tensors, as the argument to differentiate with respect to',
    received: `${describe(tree)} as ${path}`,
    fix: 'pass numbers as tensor(…), and what should not be differentiated as a later argument; for variables use variableGradients',
  })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object'
}
