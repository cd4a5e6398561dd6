/**
 * The four files of the MNIST database: their names, checksums and mirrors.
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */

export interface MnistFile {
  /** The name that mirrors and the cache use. */
  readonly name: string
  /** SHA-256 of the official compressed file. */
  readonly compressed: string
  /** SHA-256 of its contents, for servers that decompress on the way. */
  readonly contents: string
  /** Bytes of the official compressed file. */
  readonly bytes: number
}

/** The two files of the training set or of the test set. */
export interface MnistPair<T> {
  readonly images: T
  readonly labels: T
}

/** Something for each of the four files. */
export interface MnistParts<T> {
  readonly train: MnistPair<T>
  readonly test: MnistPair<T>
}

export const mnistFiles: MnistParts<MnistFile> = {
  train: {
    images: {
      name: 'train-images-idx3-ubyte.gz',
      compressed: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      contents: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      bytes: 9_912_422,
    },
    labels: {
      name: 'train-labels-idx1-ubyte.gz',
      compressed: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      contents: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      bytes: 28_881,
    },
  },
  test: {
    images: {
      name: 't10k-images-idx3-ubyte.gz',
      compressed: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      contents: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      bytes: 1_648_877,
    },
    labels: {
      name: 't10k-labels-idx1-ubyte.gz',
      compressed: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      contents: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      bytes: 4_542,
    },
  },
}

/** Where the files are offered; each name is appended. */
export const mnistMirrors: readonly string[] = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
]

/** The names under which a file lies in people's folders: compressed or not, with a hyphen or a dot. */
export function nameVariants(name: string): string[] {
  const plain = name.replace(/\.gz$/, '')
  const dotted = plain.replace(/-(idx\d)/, '.$1')
  return [name, plain, `${dotted}.gz`, dotted]
}

/** Runs `get` for the four files at once and puts the results in their places. */
export async function forEachFile<T, U>(
  parts: MnistParts<T>,
  get: (part: T) => U | Promise<U>,
): Promise<MnistParts<U>> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    get(parts.train.images),
    get(parts.train.labels),
    get(parts.test.images),
    get(parts.test.labels),
  ])
  return {
    train: { images: trainImages, labels: trainLabels },
    test: { images: testImages, labels: testLabels },
  }
}
