/**
 * Reshape: the axes of a sample arranged anew.
 */
import type { Shape, Tensor } from '@nabla/core'
import { Layer, type LayerOptions } from '../layer.js'
import { formatBatchShape } from '../layer-error.js'

export class Reshape extends Layer {
  readonly targetShape: Shape

  constructor(targetShape: Shape, options?: LayerOptions) {
    super('reshape', options)
    this.targetShape = [...targetShape]
    const open = targetShape.filter((length) => length === -1).length
    if (
      open <= 1 &&
      targetShape.every((length) => length === -1 || (Number.isInteger(length) && length >= 1))
    )
      return
    throw this.error({
      expected: 'the lengths of one sample, whole numbers of which one may be -1 (to be computed)',
      received: `[${targetShape.join()}]`,
      fix: 'leave the batch axis out, e.g. reshape([28, 28, 1])',
    })
  }

  outputShape(inputShape: Shape): Shape {
    const size = inputShape.reduce((product, length) => product * length, 1)
    const known = this.targetShape.reduce(
      (product, length) => (length === -1 ? product : product * length),
      1,
    )
    const open = this.targetShape.includes(-1)
    if (open ? size % known !== 0 : size !== known) {
      throw this.error({
        expected: open ? `samples whose size is a multiple of ${known}` : `samples of ${known} elements`,
        received: `${formatBatchShape(inputShape)}, ${size} elements each`,
        fix: 'give a shape of the same size; one length may be -1',
      })
    }
    return this.targetShape.map((length) => (length === -1 ? size / known : length))
  }

  override operations(): number {
    return 0
  }

  protected forward(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.outputShape(x.shape.slice(1))])
  }

  protected settings() {
    return { targetShape: this.targetShape }
  }
}

/**
 * Each sample in another shape of the same size.
 *
 * @param targetShape without the batch axis; one length may be -1
 * @example reshape([28, 28, 1])
 */
export function reshape(targetShape: Shape, options?: LayerOptions): Reshape {
  return new Reshape(targetShape, options)
}
