/**
 * What a trained model does with the test pictures: loss, accuracy, confusion, and some of its mistakes.
 */
import { breathe, DataLoader, type DigitDataset, type Module, scope, tensorFrom } from 'nabla'

const CLASSES = 10
const PIXELS = 28 * 28
/** Pictures read at once. */
const BATCH = 250
const SHOWN_MISTAKES = 6

export interface Mistake {
  readonly pixels: ArrayLike<number>
  readonly truth: number
  readonly reading: number
}

export interface TestReport {
  readonly accuracy: number
  readonly loss: number
  readonly confusion: number[][]
  readonly mistakes: readonly Mistake[]
}

/** Position of the largest of `count` values from `start`. */
function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if (Number(values[start + i]) > Number(values[start + best])) best = i
  return best
}

/** −log softmax of one row at the true class, computed so that it can't overflow. */
function crossEntropy(logits: ArrayLike<number>, start: number, truth: number): number {
  const top = Number(logits[start + largest(logits, start, CLASSES)])
  let total = 0
  for (let i = 0; i < CLASSES; i++) total += Math.exp(Number(logits[start + i]) - top)
  return Math.log(total) + top - Number(logits[start + truth])
}

/** Reads every picture of a data set once. @throws the signal's reason when interrupted */
export async function testModel(
  model: Module,
  test: DigitDataset,
  signal?: AbortSignal,
): Promise<TestReport> {
  const confusion = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0))
  const mistakes: Mistake[] = []
  let right = 0
  let loss = 0
  for await (const { inputs, targets } of new DataLoader(test, { batchSize: BATCH }).hostBatches()) {
    const logits = scope(() => model.call(tensorFrom(inputs.data, inputs.shape)))
    const values = await logits.data()
    logits.dispose()
    await breathe()
    signal?.throwIfAborted()
    targets.data.forEach((truth: number, row: number) => {
      const reading = largest(values, row * CLASSES, CLASSES)
      const counts = confusion[truth]
      if (counts !== undefined) counts[reading] = (counts[reading] ?? 0) + 1
      loss += crossEntropy(values, row * CLASSES, truth)
      if (reading === truth) right += 1
      else if (mistakes.length < SHOWN_MISTAKES) {
        mistakes.push({ pixels: inputs.data.slice(row * PIXELS, (row + 1) * PIXELS), truth, reading })
      }
    })
  }
  return { accuracy: right / test.length, loss: loss / test.length, confusion, mistakes }
}
