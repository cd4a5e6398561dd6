/**
 * Trees: tensors nested in arrays and plain objects, as arguments and results of the transformations.
 */
import { ValueError } from '@nabla/backend'
import { Tensor } from '../tensor.js'

export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree }

/** The same structure with every tensor replaced; visits in the order of arrays and of object keys. */
export function mapTensors<A extends TensorTree>(tree: A, replace: (tensor: Tensor) => Tensor): A {
  return visit(tree, replace) as A
}

function visit(tree: TensorTree, replace: (tensor: Tensor) => Tensor): TensorTree {
  if (tree instanceof Tensor) return replace(tree)
  if (Array.isArray(tree)) return tree.map((each: TensorTree) => visit(each, replace))
  if (typeof tree === 'object' && tree !== null) {
    return Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, visit(each as TensorTree, replace)]))
  }
  throw new ValueError('gradient', {
    expected: 'tensors, or arrays and plain objects of tensors',
    received: `${tree === null ? 'null' : typeof tree} among them`,
    fix: 'pass numbers as tensor(…), and what should not be differentiated as a later argument',
  })
}
