/**
 * Pictures to train on and to test with: the built-in digits, made little by little while the page is already there, or
 * MNIST from files or by download.
 */
import { ArrayDataset, type ByteSource, type DigitDataset, type IdxData, readIdx } from 'nabla'
import type { DataFacts, DataRequest, NamedBytes, Sheet } from '../protocol.js'
import { Progress } from './post.js'

export interface Pictures {
  readonly kind: DataFacts['kind']
  readonly train: DigitDataset
  readonly test: DigitDataset
  /** Waits until the first `count` training pictures are there; nothing where they are. */
  readonly until: (count: number) => Promise<void> | undefined
}

interface Arrays {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

const TRAIN = 20_000
const TRAIN_SEED = 1
const TEST = 1000
/** Digits made between two looks at the messages. */
const PART = 200
/** The test digits are of another set. */
const TEST_SEED = 0x5eed
export const SIDE = 28
const PIXELS = SIDE * SIDE

function emptyArrays(count: number): Arrays {
  return { images: new Uint8Array(count * PIXELS), labels: new Uint8Array(count) }
}

const atOnce = (): undefined => undefined

function datasetOf({ images, labels }: Arrays): DigitDataset {
  return new ArrayDataset({
    inputs: { data: images, shape: [SIDE, SIDE, 1], scale: 1 / 255 },
    targets: { data: labels, shape: [], dtype: 'int32' },
  })
}

/** Lets messages in. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** Training pictures that must be there before a training begins. */
const ENOUGH = 1000

/** Makes the test digits and the first training digits; the others follow while the page goes on. */
async function makeDigits(): Promise<Pictures> {
  const progress = new Progress('digits')
  progress.report(0)
  const { generateDigits } = await import('./built-in-digits.js')
  const fill = async (set: Arrays, seed: number, from: number, to: number): Promise<void> => {
    for (let offset = from; offset < to; offset += PART) {
      const part = generateDigits({ count: Math.min(PART, to - offset), seed, offset })
      set.images.set(part.images, offset * PIXELS)
      set.labels.set(part.labels, offset)
      await pause()
    }
  }
  const test = emptyArrays(TEST)
  await fill(test, TEST_SEED, 0, TEST)
  const train = emptyArrays(TRAIN)
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let made = 0
  const make = async (to: number): Promise<void> => {
    while (made < to) {
      const end = Math.min(to, made + PART)
      await fill(train, TRAIN_SEED, made, end)
      made = end
      progress.report(made / TRAIN)
      for (const { count, resolve } of waiting) if (count <= made) resolve()
    }
  }
  await make(ENOUGH)
  void make(TRAIN).then(() => progress.done())
  return {
    kind: 'digits',
    train: datasetOf(train),
    test: datasetOf(test),
    until: (count) =>
      count <= made
        ? undefined
        : new Promise((resolve) => {
            waiting.push({ count, resolve })
          }),
  }
}

let digits: Promise<Pictures> | undefined

/** The built-in digits; made at the first call. */
export function builtInDigits(): Promise<Pictures> {
  digits ??= makeDigits()
  return digits
}

interface IdxFile {
  readonly name: string
  readonly images: Uint8Array | undefined
  readonly labels: Uint8Array | undefined
}

function asBytes(data: IdxData): Uint8Array {
  return data instanceof Uint8Array ? data : Uint8Array.from(data)
}

/** What a file holds, told by the number of its axes. */
export async function readIdxFile({ name, bytes }: NamedBytes): Promise<IdxFile> {
  const source: ByteSource = bytes
  const { data, shape } = await readIdx(source)
  const [, height, width] = shape
  if (shape.length === 1) return { name, images: undefined, labels: asBytes(data) }
  if (shape.length === 3 && height === SIDE && width === SIDE)
    return { name, images: asBytes(data), labels: undefined }
  throw new Error(
    `${name}: expected pictures [count, 28, 28] or labels [count]; received shape [${shape.join(', ')}]`,
  )
}

/** Whether a file belongs to the test set, by MNIST's own names. */
const isTest = (name: string): boolean => /t10k|test/i.test(name)

function pairOf(files: readonly IdxFile[]): DigitDataset | undefined {
  const images = files.find((file) => file.images !== undefined)?.images
  const labels = files.find((file) => file.labels !== undefined)?.labels
  if (images === undefined || labels === undefined) return undefined
  if (images.length !== labels.length * PIXELS)
    throw new Error(
      `${images.length / PIXELS} pictures and ${labels.length} labels don’t belong together: drop the files of one set, or all four`,
    )
  return datasetOf({ images, labels })
}

async function fromFiles(files: readonly NamedBytes[]): Promise<Pictures> {
  const progress = new Progress('files')
  const read: IdxFile[] = []
  for (const file of files) {
    progress.report(read.length / files.length)
    read.push(await readIdxFile(file))
  }
  progress.done()
  const train = pairOf(read.filter(({ name }) => !isTest(name)))
  const test = pairOf(read.filter(({ name }) => isTest(name)))
  const whole = train ?? test
  if (whole === undefined)
    throw new Error(
      'no pictures with labels: drop train-images and train-labels together, best with the two t10k files',
    )
  if (train !== undefined && test !== undefined) return { kind: 'mnist', train, test, until: atOnce }
  const kept = Math.floor(whole.length * 0.85)
  return { kind: 'mnist', train: whole.take(kept), test: whole.skip(kept), until: atOnce }
}

async function fromUrl(url: string): Promise<Pictures> {
  const progress = new Progress('download')
  progress.report(0)
  try {
    const { downloadMnist, fetchFiles } = await import('./download.js')
    const report = (fraction: number): void => progress.report(fraction)
    if (url !== '') return await fromFiles(await fetchFiles(url, report))
    const { train, test } = await downloadMnist(report)
    return { kind: 'mnist', train, test, until: atOnce }
  } finally {
    progress.done()
  }
}

export function loadPictures(request: DataRequest): Promise<Pictures> {
  switch (request.from) {
    case 'digits':
      return builtInDigits()
    case 'files':
      return fromFiles(request.files)
    case 'url':
      return fromUrl(request.url)
  }
}

/** The first pictures of a data set, for the page to show. */
function samplesOf(dataset: DigitDataset, count: number): Sheet {
  const { inputs } = dataset.take(Math.min(count, dataset.length)).all()
  const data = Float32Array.from(inputs.data)
  return { count: data.length / PIXELS, height: SIDE, width: SIDE, data }
}

export function factsOf({ kind, train, test }: Pictures): DataFacts {
  return { kind, train: train.length, test: test.length, samples: samplesOf(train, 60) }
}

/** A picture of a data set as bytes, with its label. */
export function pictureAt(
  dataset: DigitDataset,
  position: number,
): { readonly pixels: Uint8Array<ArrayBuffer>; readonly truth: number } {
  const { inputs, targets } = dataset.get(position)
  return {
    pixels: Uint8Array.from(inputs.data, (value) => Math.round(value * 255)),
    truth: Number(targets.data[0] ?? 0),
  }
}
