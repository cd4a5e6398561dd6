/**
 * The cross-entropy of logits with class numbers: softmax, logarithm, choice of the class and mean in one, with a
 * gradient written by hand. Forward takes the largest logit of each row, the sum of its exponentials and one sum over
 * everything; backward is a single map: (softmax − one-hot) / batch.
 */
import {
  constant,
  customGradient,
  type Expr,
  expressions as e,
  exponentials,
  IndexError,
  index,
  input,
  isRecording,
  logSoftmax,
  map,
  putAlongAxis,
  reduceMapped,
  scalar,
  softmax,
  stopGradient,
  type Tensor,
  takeAlongAxis,
} from '@nabla/core'

/**
 * One way to compute it. What forward and backward share is made when it is chosen; `classes` are int32
 * [batch, …, 1], and all of it is over the last axis of the logits.
 */
interface Way {
  loss(): Tensor
  /** Of the logits, for the cotangent of the loss. */
  gradient(cotangent: Tensor): Tensor
}

/** Whether a class number is one of the classes that there are scores for. */
const exists = (class_: Expr, classes: number): Expr => e.and(e.lessEqual(0, class_), e.less(class_, classes))

const orNaN = (condition: Expr, value: Expr): Expr =>
  e.select(condition, value, constant(Number.NaN, value.dtype))

/** `right` at the class of the row, `wrong` at the others, and NaN where the row has a class that doesn't exist. */
export function byClass(logits: Tensor, class_: Expr, right: Expr, wrong: Expr): Expr {
  const own = e.equal(index(logits.ndim - 1), class_)
  return e.select(own, right, orNaN(exists(class_, logits.shape.at(-1) ?? 0), wrong))
}

/**
 * By comparing the place of each element with the class of its row.
 *
 * @param inputs what the expressions read
 * @param loss of a row, where its class is
 */
function compared(
  name: string,
  logits: Tensor,
  classes: Tensor,
  inputs: readonly [Tensor, ...Tensor[]],
  loss: Expr,
  probability: Expr,
): Way {
  const { dtype } = logits
  const class_ = input(inputs.length, 'int32')
  return {
    loss() {
      const own = byClass(logits, class_, loss, constant(0, dtype))
      return reduceMapped(name, 'sum', own, [...inputs, classes], { divisor: classes.size })
    },
    gradient(cotangent) {
      const slope = byClass(logits, class_, e.subtract(probability, 1), probability)
      const share = e.divide(input(inputs.length + 1, dtype), scalar(0, dtype))
      return map(
        `${name} gradient`,
        e.multiply(slope, share),
        [...inputs, classes, cotangent],
        [classes.size],
      )
    },
  }
}

/** By the largest and the sum of each row: where softmax isn't one kernel. */
function passes(name: string, logits: Tensor, classes: Tensor): Way {
  const { dtype } = logits
  const { largest, total } = exponentials(name, logits, logits.ndim - 1)
  const [x, most, sum] = [input(0, dtype), input(1, dtype), input(2, dtype)]
  const shifted = e.subtract(x, most)
  // log Σ − shifted is exact where max + log Σ would drown a small loss in a large maximum.
  const loss = e.subtract(e.log(sum), shifted)
  return compared(name, logits, classes, [logits, largest, total], loss, e.divide(e.exp(shifted), sum))
}

/** By as few calls as can be: three. */
function fewCalls(name: string, logits: Tensor, classes: Tensor): Way {
  const x = input(0, logits.dtype)
  return compared(name, logits, classes, [logSoftmax(logits, -1)], e.negate(x), e.exp(x))
}

/** Class numbers that can be reached: the nearest class in place of one that doesn't exist. */
function reachable(name: string, classes: Tensor, length: number): Tensor {
  return map(name, e.maximum(e.minimum(input(0, 'int32'), length - 1), 0), [classes])
}

/**
 * By picking and adding at the classes, which touches one element per row: faster where softmax is one kernel and
 * elements are cheap to reach.
 */
function picks(name: string, logits: Tensor, classes: Tensor): Way {
  const { dtype } = logits
  const length = logits.shape.at(-1) ?? 0
  const logarithms = logSoftmax(logits, -1)
  const places = canCheck(classes) ? classes : reachable(name, classes, length)
  const share = e.divide(input(0, dtype), scalar(0, dtype))
  const isKnown = exists(input(1, 'int32'), length)
  return {
    loss() {
      const own = takeAlongAxis(logarithms, places, -1)
      const loss = orNaN(isKnown, e.negate(input(0, dtype)))
      return reduceMapped(name, 'sum', loss, [own, classes], { divisor: classes.size })
    },
    gradient(cotangent) {
      const label = `${name} gradient`
      const less = map(label, orNaN(isKnown, e.negate(share)), [cotangent, classes], [classes.size])
      const scaled = e.multiply(e.exp(input(1, dtype)), share)
      const all = map(label, scaled, [cotangent, logarithms], [classes.size])
      return putAlongAxis(all, places, less, -1, { mode: 'add' })
    },
  }
}

/** The gradient where it is to be differentiated itself: the same, in differentiable operations. */
function differentiableGradient(name: string, logits: Tensor, classes: Tensor, cotangent: Tensor): Tensor {
  const { dtype } = logits
  const probability = input(0, dtype)
  const slope = byClass(logits, input(1, 'int32'), e.subtract(probability, 1), probability)
  const share = e.divide(input(2, dtype), scalar(0, dtype))
  const inputs = [softmax(logits, -1), classes, cotangent] as const
  return map(`${name} gradient`, e.multiply(slope, share), [...inputs], [classes.size])
}

/** Whether class numbers can be looked at before they are used. */
const canCheck = ({ backend }: Tensor): boolean => backend.capabilities.synchronousRead

/**
 * Refuses class numbers that don't exist, where that can be seen at once.
 *
 * @throws IndexError
 */
export function checkClasses(name: string, predictions: Tensor, classes: Tensor): void {
  if (!canCheck(classes)) return
  const length = predictions.shape.at(-1) ?? 0
  const outside = classes.dataSync().find((value: number) => value < 0 || value >= length)
  if (outside === undefined) return
  throw new IndexError(name, {
    expected: `indices from 0 to ${length - 1} for axis ${predictions.ndim - 1} of length ${length}`,
    received: `index ${outside}`,
    fix: 'check the indices (labels and token numbers count from 0), or clip them first',
  })
}

/**
 * −log softmax(logits) at the class of each sample, as a mean over the samples. Where class numbers can't be checked at
 * once, one that doesn't exist makes the loss (and the gradient of its sample) NaN.
 *
 * @param logits float32 or float64 [batch, …, classes]
 * @param classes int32 [batch, …, 1]
 * @throws IndexError for a class number that doesn't exist, on backends that read at once
 */
export function sparseCrossEntropyOfLogits(name: string, logits: Tensor, classes: Tensor): Tensor {
  checkClasses(name, logits, classes)
  const { composites, callsAreCostly } = logits.backend.capabilities
  const choose = !composites.includes('logSoftmax') ? passes : callsAreCostly ? fewCalls : picks
  const way = choose(name, stopGradient(logits), classes)
  const crossEntropy = (_logits: Tensor): Tensor => way.loss()
  return customGradient(crossEntropy, (cotangent, { inputs: [tracked] }) =>
    isRecording() ? differentiableGradient(name, tracked, classes, cotangent) : way.gradient(cotangent),
  )(logits)
}
