/**
 * Maximum over windows, in the two directions that the contract has: picking at each window's winner, and adding
 * there. Each is the gradient of the other.
 */
import { type PoolGeometry, type Shape, windowCount } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import { type GradientRule, inputAt } from '../engine/gradient-rule.js'
import type { Tensor } from '../tensor.js'

/** Shape of the result of pooling [batch, height, width, channels]. */
export function pooledShape(shape: Shape, { window, strides, dilation, padding }: PoolGeometry): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape
  const along = (length: number, axis: 0 | 1): number =>
    windowCount(length + padding[axis][0] + padding[axis][1], {
      size: window[axis],
      stride: strides[axis],
      dilation: dilation[axis],
    })
  return [batch, along(height, 0), along(width, 1), channels]
}

/** `source` at the position of the largest element of `by` in each window. */
export function poolSelect(operation: string, by: Tensor, source: Tensor, geometry: PoolGeometry): Tensor {
  return perform(
    [by, source],
    () => ({
      primitive: 'poolSelect',
      operation,
      parameters: { geometry },
      inputs: [by, source],
      rule: poolSelectRule,
    }),
    () => {
      const backend = commonBackend(operation, [by, source])
      const { tensor, view } = allocate(operation, source.dtype, pooledShape(by.shape, geometry), [
        by,
        source,
      ])
      backend.run({
        kind: 'pool',
        label: operation,
        mode: 'select',
        geometry,
        by: by.view(operation),
        source: source.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

/** Zero, plus `source` added at the position of the largest element of `by` in each window. */
export function poolSpread(operation: string, by: Tensor, source: Tensor, geometry: PoolGeometry): Tensor {
  return perform(
    [by, source],
    () => ({
      primitive: 'poolSpread',
      operation,
      parameters: { geometry },
      inputs: [by, source],
      rule: poolSpreadRule,
    }),
    () => {
      const backend = commonBackend(operation, [by, source])
      const { tensor, view } = allocate(operation, source.dtype, by.shape, [by, source])
      backend.run({
        kind: 'pool',
        label: operation,
        mode: 'spread',
        geometry,
        by: by.view(operation),
        source: source.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

const poolSelectRule: GradientRule<'poolSelect'> = ({ operation, parameters, inputs, cotangent, needs }) => [
  undefined,
  needs(1)
    ? poolSpread(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry)
    : undefined,
]

const poolSpreadRule: GradientRule<'poolSpread'> = ({ operation, parameters, inputs, cotangent, needs }) => [
  undefined,
  needs(1)
    ? poolSelect(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry)
    : undefined,
]
