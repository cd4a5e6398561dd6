/**
 * The data of a run: what to train on, what to test on, and both in words.
 */
import { setImmediate } from 'node:timers/promises'
import { DataError, type DigitDataset, type Mnist, mnist, ShapeError, ValueError } from 'nabla'
import { PICTURE_SHAPE } from './models.js'

export interface RunData {
  readonly train: DigitDataset
  readonly test: DigitDataset
  /** One or two sentences on where the pictures are from. */
  readonly description: string
  /** Whether the training pictures are the built-in digits. */
  readonly isBuiltIn: boolean
}

export interface DataChoice {
  readonly data: string
  readonly testData?: string | undefined
  /** Training pictures at most; built-in digits are made in this number. */
  readonly limit?: number | undefined
  /** Decides the built-in digits. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Called with how far a download has come, from 0 to 1. */
  readonly onDownload?: ((fraction: number) => void) | undefined
}

function checkSize(source: string, { test }: Mnist): void {
  const shape = test.get(0).inputs.shape
  if (shape.join() === PICTURE_SHAPE.join()) return
  throw new ShapeError('--data', {
    expected: `pictures of 28 × 28, which the networks of this program read`,
    received: `${shape.slice(0, 2).join(' × ')} in ${source}`,
    fix: 'scale the pictures, or train a network of your own with the packages',
  })
}

async function load(source: string, flag: string, choice: DataChoice): Promise<Mnist> {
  const { seed, limit, signal, onDownload } = choice
  signal?.throwIfAborted()
  try {
    const loaded = await mnist({
      source,
      digits: { seed, ...(limit !== undefined && { train: limit }) },
      ...(signal !== undefined && { signal }),
      ...(onDownload !== undefined && {
        onProgress: ({ loadedBytes, totalBytes }) => onDownload(loadedBytes / totalBytes),
      }),
    })
    checkSize(source, loaded)
    return loaded
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new ValueError(
      flag,
      {
        expected: 'auto, mnist, digits, or a folder with the four MNIST files, with .gz or without',
        received: `${source}: ${error.received}`,
        fix: `correct the path, or train on the built-in digits with ${flag} digits`,
      },
      { cause: error },
    )
  } finally {
    // Making digits keeps the event loop waiting: a Ctrl-C meanwhile is heard now.
    await setImmediate()
  }
}

/**
 * Loads training and test pictures; the test pictures may come from elsewhere.
 *
 * @throws ValueError naming the flag if the data can't be had; the signal's reason when interrupted
 */
export async function loadData(choice: DataChoice): Promise<RunData> {
  const { data, testData = data, limit, signal } = choice
  const loaded = await load(data, '--data', choice)
  const other = testData === data ? loaded : await load(testData, '--test-data', { ...choice, limit: 1 })
  signal?.throwIfAborted()
  const { description, kind } = loaded.source
  return {
    train: limit === undefined ? loaded.train : loaded.train.take(limit),
    test: other.test,
    description:
      other === loaded ? description : `${description} Tested on other data: ${other.source.description}`,
    isBuiltIn: kind === 'digits',
  }
}

/** Loads test pictures only, as `loadData` would. */
export async function loadTestData(
  choice: DataChoice,
): Promise<{ readonly test: DigitDataset; readonly description: string }> {
  const { data, testData } = choice
  const { test, source } = await load(testData ?? data, testData === undefined ? '--data' : '--test-data', {
    ...choice,
    limit: 1,
  })
  choice.signal?.throwIfAborted()
  return { test, description: source.description }
}
