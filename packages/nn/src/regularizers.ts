/**
 * Regularizers: what a weight adds to the loss. Plain data, so that they are saved with the model.
 */
import type { Tensor } from '@nabla/core'

export type RegularizerLike =
  /** factor · Σ|w| */
  | { readonly kind: 'l1'; readonly factor: number }
  /** factor · Σw² */
  | { readonly kind: 'l2'; readonly factor: number }

export type Regularizer = (weight: Tensor) => Tensor

export function l1(factor = 0.01): RegularizerLike {
  return { kind: 'l1', factor }
}

export function l2(factor = 0.01): RegularizerLike {
  return { kind: 'l2', factor }
}

/** The function of a regularizer. */
export function regularizerFrom({ kind, factor }: RegularizerLike): Regularizer {
  switch (kind) {
    case 'l1':
      return (weight) => weight.abs().sum().mul(factor)
    case 'l2':
      return (weight) => weight.square().sum().mul(factor)
  }
}
