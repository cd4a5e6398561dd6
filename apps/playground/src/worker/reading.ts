/**
 * Reading pictures with a network: probabilities, and how it does on a test set.
 */
import { DataLoader, type DigitDataset, type Sequential, scope, softmax, tensorFrom } from 'nabla'
import type { Mistake, TestResult } from '../protocol.js'
import { pause } from './pictures.js'

const CLASSES = 10
const PIXELS = 28 * 28
/** Pictures read at once. */
const BATCH = 125
const SHOWN_MISTAKES = 18

/** Probabilities, ten per picture; `pixels` are from 0 to 1. */
export async function probabilitiesOf(
  model: Sequential,
  pixels: Float32Array,
): Promise<Float32Array<ArrayBuffer>> {
  const backend = model.variables[0]?.backend
  const result = scope(() => {
    const images = tensorFrom(pixels, [pixels.length / PIXELS, 28, 28, 1], backend && { backend })
    return softmax(model.call(images))
  })
  const values = Float32Array.from(await result.data())
  result.dispose()
  return values
}

/** Position of the largest of ten values from `start`. */
export function largest(values: Float32Array, start = 0): number {
  let best = 0
  for (let i = 1; i < CLASSES; i++) if ((values[start + i] ?? 0) > (values[start + best] ?? 0)) best = i
  return best
}

type Outcome = Pick<TestResult, 'accuracy' | 'loss' | 'count' | 'confusion' | 'mistakes'>

/** Reads the first `count` pictures of a test set; gives up, with nothing, when `stopped` says so. */
export async function testModel(
  model: Sequential,
  test: DigitDataset,
  count: number,
  stopped: () => boolean = () => false,
): Promise<Outcome | undefined> {
  const confusion = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0))
  const mistakes: Mistake[] = []
  let [right, loss, seen] = [0, 0, 0]
  const loader = new DataLoader(test.take(Math.min(count, test.length)), { batchSize: BATCH })
  for await (const { inputs, targets } of loader.hostBatches()) {
    if (stopped()) return undefined
    const values = await probabilitiesOf(model, Float32Array.from(inputs.data))
    targets.data.forEach((truth: number, row: number) => {
      const reading = largest(values, row * CLASSES)
      const counts = confusion[truth]
      if (counts !== undefined) counts[reading] = (counts[reading] ?? 0) + 1
      loss -= Math.log(Math.max(1e-12, values[row * CLASSES + truth] ?? 0))
      seen += 1
      if (reading === truth) right += 1
      else if (mistakes.length < SHOWN_MISTAKES) {
        const pixels = inputs.data.slice(row * PIXELS, (row + 1) * PIXELS)
        mistakes.push({
          pixels: Uint8Array.from(pixels, (value) => Math.round(value * 255)),
          truth,
          reading,
          confidence: values[row * CLASSES + reading] ?? 0,
        })
      }
    })
    await pause()
  }
  return { accuracy: right / seen, loss: loss / seen, count: seen, confusion, mistakes }
}
