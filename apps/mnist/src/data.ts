/**
 * The data of a run: what to train on, what to test on, and both in words.
 */
import { type ArrayDataset, mnist } from 'nabla'

type Digits = ArrayDataset<'inputs' | 'targets'>

export interface RunData {
  readonly train: Digits
  readonly test: Digits
  /** One sentence on where the pictures are from. */
  readonly description: string
}

export interface DataChoice {
  readonly data: string
  readonly testData?: string | undefined
  readonly limit?: number | undefined
  readonly seed: number
  readonly signal?: AbortSignal
}

/** Loads training and test pictures; the test pictures may come from elsewhere. */
export async function loadData({ data, testData, limit, signal }: DataChoice): Promise<RunData> {
  const interruptible = signal === undefined ? {} : { signal }
  const loaded = await mnist({ source: data, ...interruptible })
  const train = limit === undefined ? loaded.train : loaded.train.take(limit)
  if (testData === undefined) return { train, test: loaded.test, description: loaded.source.description }
  const other = await mnist({ source: testData, ...interruptible })
  return {
    train,
    test: other.test,
    description: `${loaded.source.description} Tested on: ${other.source.description}`,
  }
}
