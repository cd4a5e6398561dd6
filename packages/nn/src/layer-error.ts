/**
 * The error of a layer or model, which names it with its own name, and how messages write the shape of a batch.
 */
import { NablaError, type Shape } from '@nabla/core'

/** An error of a layer or model, e.g. `dense "hidden": expected …`. */
export class LayerError extends NablaError {
  override readonly name = 'LayerError'
}

/** The shape of a batch, whose first length is open. @example formatBatchShape([784]) // '[*,784]' */
export function formatBatchShape(shape: Shape): string {
  return `[*${shape.map((length) => `,${length}`).join('')}]`
}
