/**
 * Losses: functions of (predictions, targets) that give one scalar, the mean over the batch.
 */
import { type Tensor, ValueError } from '@nabla/core'
import {
  binaryCrossEntropy,
  categoricalCrossEntropy,
  klDivergence,
  sparseCategoricalCrossEntropy,
} from './classification.js'
import { categoricalHinge, hinge, huber, meanAbsoluteError, meanSquaredError } from './regression.js'

export * from './classification.js'
export * from './regression.js'

export type LossFunction = (predictions: Tensor, targets: Tensor) => Tensor

const LOSSES = {
  meanSquaredError,
  meanAbsoluteError,
  huber,
  hinge,
  categoricalHinge,
  binaryCrossEntropy,
  binaryCrossEntropyFromLogits: (p: Tensor, t: Tensor) => binaryCrossEntropy(p, t, { fromLogits: true }),
  categoricalCrossEntropy,
  categoricalCrossEntropyFromLogits: (p: Tensor, t: Tensor) =>
    categoricalCrossEntropy(p, t, { fromLogits: true }),
  sparseCategoricalCrossEntropy,
  sparseCategoricalCrossEntropyFromLogits: (p: Tensor, t: Tensor) =>
    sparseCategoricalCrossEntropy(p, t, { fromLogits: true }),
  klDivergence,
} as const satisfies Record<string, LossFunction>

export type LossName = keyof typeof LOSSES
/** The name of a loss, or any function of predictions and targets. */
export type LossLike = LossName | LossFunction

/** The function of a loss. @throws ValueError naming the known ones. */
export function lossFrom(loss: LossLike): LossFunction {
  if (typeof loss === 'function') return loss
  const found: LossFunction | undefined = Object.hasOwn(LOSSES, loss) ? LOSSES[loss] : undefined
  if (found !== undefined) return found
  throw new ValueError('loss', {
    expected: `one of ${Object.keys(LOSSES).join(', ')}`,
    received: String(loss),
    fix: 'choose one of these names, or pass a function (predictions, targets) => scalar tensor',
  })
}
