/**
 * One-hot encoding of classes.
 */
import {
  type DType,
  DTypeError,
  expressions as e,
  formatShape,
  index,
  input,
  isFloat,
  type Shape,
  ValueError,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { map } from '../../primitives/map.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Mutable } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'

export interface OneHotOptions<D extends DType = DType> {
  /** Type of the result; default float32. */
  readonly dtype?: D
}

/**
 * A 1 at the position that each class has along a new last axis, and 0 elsewhere. Classes outside of 0 to depth − 1
 * (such as −1 for "none") give zeros only.
 *
 * @param classes integers; a float tensor must be cast first.
 * @param depth number of classes.
 * @throws DTypeError for floats, ValueError for a depth that is not a whole number from 0.
 * @example oneHot(tensor([0, 2], { dtype: 'int32' }), 3) // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot<S extends Shape, const N extends number, D extends DType = 'float32'>(
  classes: Tensor<S>,
  depth: N,
  { dtype }: OneHotOptions<D> = {},
): Tensor<[...Mutable<S>, N], D> {
  if (isFloat(classes.dtype)) {
    throw new DTypeError('oneHot', {
      expected: 'classes of an integer type',
      received: `${classes.dtype} ${formatShape(classes.shape)}`,
      fix: "make them as integers (tensor(labels, { dtype: 'int32' })) or cast them: classes.cast('int32')",
    })
  }
  if (!Number.isInteger(depth) || depth < 0) {
    throw new ValueError('oneHot', {
      expected: 'a whole number of classes, from 0',
      received: String(depth),
      fix: 'pass the number of classes as the second argument',
    })
  }
  const { shape, ndim } = classes
  const match = e.cast(e.equal(input(0, 'int32'), index(ndim)), dtype ?? 'float32')
  return retype(
    withTemporaries(() => {
      const column = reshape('oneHot', castTo('oneHot', classes, 'int32'), [...shape, 1])
      return map('oneHot', match, [broadcast('oneHot', column, [...shape, depth])])
    }),
  )
}
