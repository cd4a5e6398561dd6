/**
 * Losses for classes: cross-entropies from probabilities or, better, from logits, and the Kullback–Leibler divergence.
 */
import {
  constant,
  type Expr,
  expressions as e,
  input,
  logSoftmax,
  reduceMapped,
  type Tensor,
  withTemporaries,
} from '@nabla/core'
import { alignClasses, shapeTargets } from './check.js'
import { inSummable, meanOver, samplesIn } from './mean.js'
import { byClass, checkClasses, sparseCrossEntropyOfLogits } from './sparse-cross-entropy.js'

export interface CrossEntropyOptions {
  /** Whether predictions are logits (before softmax or sigmoid) rather than probabilities; default false. */
  readonly fromLogits?: boolean
}

/** Probabilities are kept this far from 0 and 1, as in Keras. */
const EPSILON = 1e-7

/** A probability away from the ends. */
const clipped = (x: Expr, low: number, high: number): Expr =>
  e.select(e.less(x, low), low, e.select(e.less(high, x), high, x))

const logClipped = (x: Expr): Expr => e.log(clipped(x, EPSILON, 1 - EPSILON))

/**
 * −Σ target · log p, for targets that are probabilities (one-hot, say). Mean over the batch.
 *
 * @param predictions [batch, …, classes]; probabilities need not add up to 1
 * @param targets of the same shape
 * @example categoricalCrossEntropy(tensor([[2, 0, 1]]), tensor([[1, 0, 0]]), { fromLogits: true }) // 0.4076
 */
export function categoricalCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  const name = 'categoricalCrossEntropy'
  return withTemporaries(() => {
    const shaped = shapeTargets(name, predictions, targets)
    return inSummable(predictions, (wide) => {
      const { dtype } = wide
      const [p, t, total] = [input(0, dtype), e.cast(input(1, shaped.dtype), dtype), input(2, dtype)]
      const divisor = samplesIn(wide)
      if (fromLogits) {
        const logarithms = logSoftmax(wide, -1)
        return reduceMapped(name, 'sum', e.negate(e.multiply(t, p)), [logarithms, shaped], { divisor })
      }
      const sums = wide.sum(-1, { keepdims: true })
      const term = e.negate(e.multiply(t, logClipped(e.divide(p, total))))
      return reduceMapped(name, 'sum', term, [wide, shaped, sums], { divisor })
    })
  })
}

/** −log p of the right class, of probabilities that need not add up to 1: row sums, choices and one small mean. */
function sparseOfProbabilities(name: string, predictions: Tensor, classes: Tensor): Tensor {
  checkClasses(name, predictions, classes)
  const { dtype } = predictions
  const [a, b] = [input(0, dtype), input(1, dtype)]
  const last = { axes: [predictions.ndim - 1], keepdims: true }
  const total = reduceMapped(name, 'sum', a, [predictions], last)
  const chosen = byClass(predictions, input(1, 'int32'), a, constant(0, dtype))
  const own = reduceMapped(name, 'sum', chosen, [predictions, classes], last)
  const loss = e.negate(logClipped(e.divide(a, b)))
  return reduceMapped(name, 'sum', loss, [own, total], { divisor: classes.size })
}

/**
 * −log p of the right class, for targets that are class numbers. Mean over the batch.
 *
 * @param predictions [batch, …, classes]
 * @param targets [batch, …] or [batch, …, 1], of any type; read as int32
 * @throws IndexError for a class number that the predictions have no score for, on backends that read at once;
 * elsewhere the loss is NaN
 * @example sparseCategoricalCrossEntropy(tensor([[2, 0, 1]]), tensor([0]), { fromLogits: true }) // 0.4076
 */
export function sparseCategoricalCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  const name = 'sparseCategoricalCrossEntropy'
  return withTemporaries(() => {
    const classes = alignClasses(name, predictions, targets).expandDims(-1)
    const loss = fromLogits ? sparseCrossEntropyOfLogits : sparseOfProbabilities
    return inSummable(predictions, (wide) => loss(name, wide, classes))
  })
}

/** log(1 + exp(z)) − t · z: the cross-entropy of a logit, which never overflows. */
function ofLogit(z: Expr, t: Expr): Expr {
  const isNegative = e.less(z, 0)
  const decay = e.exp(e.select(isNegative, z, e.negate(z)))
  return e.subtract(e.add(e.select(isNegative, 0, z), e.log1p(decay)), e.multiply(t, z))
}

function ofProbability(p: Expr, t: Expr): Expr {
  // Each side has its own clip: 1 − 1e-7 is not a number in float32.
  const yes = e.multiply(t, e.log(e.maximum(p, EPSILON)))
  const no = e.multiply(e.subtract(1, t), e.log(e.maximum(e.subtract(1, p), EPSILON)))
  return e.negate(e.add(yes, no))
}

/**
 * −(t · log p + (1 − t) · log(1 − p)), for independent yes/no targets. Mean over all elements.
 *
 * @param targets of the shape of the predictions
 * @example binaryCrossEntropy(tensor([0]), tensor([1]), { fromLogits: true }) // 0.6931
 */
export function binaryCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  const name = 'binaryCrossEntropy'
  return withTemporaries(() => {
    const shaped = shapeTargets(name, predictions, targets)
    return meanOver(name, fromLogits ? ofLogit : ofProbability, predictions, shaped)
  })
}

function divergence(p: Expr, t: Expr): Expr {
  const target = clipped(t, EPSILON, 1)
  return e.multiply(target, e.log(e.divide(target, clipped(p, EPSILON, 1))))
}

/**
 * Σ target · log(target / prediction), both probabilities [batch, …, classes]. Mean over the batch.
 *
 * @example klDivergence(tensor([[0.5, 0.5]]), tensor([[1, 0]])) // 0.6931
 */
export function klDivergence(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() => {
    const shaped = shapeTargets('klDivergence', predictions, targets)
    return meanOver('klDivergence', divergence, predictions, shaped, { divisor: samplesIn(predictions) })
  })
}
