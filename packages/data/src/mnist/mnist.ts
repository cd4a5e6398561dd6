/**
 * `mnist()`: handwritten digits from the best place there is, which it names: a local folder, the cache, a verified
 * download, or else the built-in digits.
 */
import { ValueError } from '@nabla/core'
import type { Bytes } from '../bytes/gzip.js'
import { nodeLibrary } from '../bytes/node.js'
import { generateDigits } from '../digits/index.js'
import { DataError, reasonOf } from '../errors.js'
import { checkSeed } from '../random.js'
import { assemble, type DigitDataset, type DigitSets, decodeFile, digitDataset } from './assemble.js'
import { findCache, type MnistCache, readVerified, tryWrite } from './cache.js'
import type { Fetch } from './connection.js'
import { downloadFiles, type MnistProgress } from './download.js'
import { forEachFile, type MnistFile, mnistFiles, mnistMirrors } from './files.js'
import { readFolder } from './folder.js'

/** How many built-in digits, and which. */
export interface DigitsOptions {
  /** Training samples; default 20,000. */
  readonly train?: number
  /** Test samples; default 4,000. They are drawn from another seed. */
  readonly test?: number
  /** Default 0. */
  readonly seed?: number
}

export interface MnistOptions {
  /**
   * `'auto'` (default): a local folder, the cache, a download, or else the built-in digits; `'mnist'`: the same
   * without the built-in digits; `'digits'`: only those; anything else: the folder of that path.
   */
  readonly source?: 'auto' | 'mnist' | 'digits' | (string & {})
  /** Where downloads are kept in Node; default `$XDG_CACHE_HOME/nabla/mnist` or `~/.cache/nabla/mnist`. */
  readonly cacheFolder?: string
  /** At most this many samples of each set; default all. */
  readonly limit?: number
  /**
   * How long to wait in total while no data comes; default 4800, so that a dead network costs less than 5 seconds.
   * A download that progresses may take longer.
   */
  readonly timeoutMilliseconds?: number
  /** Addresses that the files' names are appended to, in the order in which they are tried. */
  readonly mirrors?: readonly string[]
  /** In place of the platform's `fetch`. */
  readonly fetch?: Fetch
  /** Stops the download. */
  readonly signal?: AbortSignal
  /** Called as a download comes in. */
  readonly onProgress?: (progress: MnistProgress) => void
  /** The built-in digits' numbers and seed. */
  readonly digits?: DigitsOptions
}

/** Where the data came from. */
export interface MnistSource {
  readonly kind: 'folder' | 'cache' | 'download' | 'digits'
  /** One sentence: what it is, from where, and why. */
  readonly description: string
}

export interface Mnist {
  readonly train: DigitDataset
  readonly test: DigitDataset
  readonly source: MnistSource
}

type Found = DigitSets & { readonly source: MnistSource }

/** The test digits' seed is the training digits' with these bits flipped, so that neighbouring seeds share nothing. */
const TEST_SEED = 0x5eed7e57

function builtInDigits({ digits = {}, limit = Number.POSITIVE_INFINITY }: MnistOptions, why: string): Found {
  const { train = 20_000, test = 4_000, seed = 0 } = digits
  checkSeed('mnist', seed)
  const generate = (count: number, itsSeed: number) => {
    const { images, labels } = generateDigits({ count: Math.min(count, limit), seed: itsSeed, offset: 0 })
    return digitDataset(images, labels, 28, 28)
  }
  return {
    train: generate(train, seed),
    test: generate(test, (seed ^ TEST_SEED) >>> 0),
    source: { kind: 'digits', description: `Built-in digits, ${why}.` },
  }
}

async function fromFolder(folder: string, why: string): Promise<Found> {
  const node = nodeLibrary()
  if (node === undefined) {
    throw new DataError('mnist', {
      expected: "source 'auto', 'mnist' or 'digits', since a browser has no folders",
      received: `"${folder}"`,
      fix: 'serve the files and pass their address in mirrors',
    })
  }
  const sets = await readFolder(node, folder)
  return { ...sets, source: { kind: 'folder', description: `MNIST files from the folder ${folder}${why}.` } }
}

/** The folder that the environment names, or `data/mnist` in the working folder; the latter may be missing or unfit. */
async function localFolder(tried: string[]): Promise<Found | undefined> {
  const node = nodeLibrary()
  if (node === undefined) return undefined
  const named = node.environment.NABLA_MNIST
  if (named !== undefined && named !== '') return fromFolder(named, ', which NABLA_MNIST names')
  const folder = node.path.join(node.workingFolder, 'data', 'mnist')
  return fromFolder(folder, '').catch((thrown: unknown) => {
    tried.push(`folder data/mnist: ${reasonOf(thrown)}`)
    return undefined
  })
}

interface CacheContents {
  readonly cache: MnistCache | undefined
  readonly kept: ReadonlyMap<string, Bytes>
  readonly missing: readonly MnistFile[]
}

async function lookIntoCache(cacheFolder: string | undefined): Promise<CacheContents> {
  const cache = findCache(cacheFolder)
  const kept = new Map<string, Bytes>()
  const missing: MnistFile[] = []
  await forEachFile(mnistFiles, async (file) => {
    const bytes = await readVerified(cache, file)
    if (bytes === undefined) missing.push(file)
    else kept.set(file.name, bytes)
  })
  return { cache, kept, missing }
}

async function decodeAll(bytesOf: ReadonlyMap<string, Bytes>): Promise<DigitSets> {
  return assemble(
    await forEachFile(mnistFiles, ({ name }) => decodeFile(name, bytesOf.get(name) ?? new Uint8Array(0))),
  )
}

/** Downloads what the cache lacks and puts it there. */
async function download({ cache, kept, missing }: CacheContents, options: MnistOptions): Promise<Found> {
  const { mirrors = mnistMirrors, timeoutMilliseconds = 4800, signal, onProgress } = options
  const { fetch = (url: string, init: { readonly signal: AbortSignal }) => globalThis.fetch(url, init) } =
    options
  let unsaved: string | undefined
  const onFile = async (file: MnistFile, bytes: Bytes) => {
    if (cache !== undefined) unsaved = (await tryWrite(cache, file, bytes)) ?? unsaved
  }
  const got = await downloadFiles(missing, {
    mirrors,
    fetch,
    timeoutMilliseconds,
    signal,
    onProgress,
    onFile,
  })
  const sets = await decodeAll(new Map([...kept, ...got]))
  const saved =
    cache === undefined
      ? 'not kept, since there is no cache here'
      : unsaved === undefined
        ? `kept in ${cache.place}`
        : `not kept, since ${cache.place} can't be written (${unsaved})`
  return { ...sets, source: { kind: 'download', description: `MNIST, downloaded, verified and ${saved}.` } }
}

async function cachedOrDownloaded(options: MnistOptions, tried: string[]): Promise<Found | undefined> {
  const contents = await lookIntoCache(options.cacheFolder)
  const { cache, kept, missing } = contents
  if (missing.length === 0) {
    const description = `MNIST from ${cache?.place}, where an earlier download left it.`
    return { ...(await decodeAll(kept)), source: { kind: 'cache', description } }
  }
  tried.push(
    cache === undefined ? 'no cache' : `cache ${cache.place}: ${kept.size === 0 ? 'empty' : 'incomplete'}`,
  )
  try {
    return await download(contents, options)
  } catch (thrown) {
    options.signal?.throwIfAborted()
    tried.push(`download: ${reasonOf(thrown)}`)
    return undefined
  }
}

function checkOptions({ limit = 1, timeoutMilliseconds = 0 }: MnistOptions): void {
  if (!(limit >= 1)) {
    throw new ValueError('mnist', {
      expected: 'a limit of 1 or more samples',
      received: String(limit),
      fix: 'leave limit out to have all samples',
    })
  }
  if (!(timeoutMilliseconds >= 0 && timeoutMilliseconds <= 2 ** 31 - 1)) {
    throw new ValueError('mnist', {
      expected: 'timeoutMilliseconds from 0 to 2147483647',
      received: String(timeoutMilliseconds),
      fix: 'pass e.g. timeoutMilliseconds: 4800',
    })
  }
}

async function find(options: MnistOptions): Promise<Found> {
  const { source = 'auto' } = options
  if (source === 'digits') return builtInDigits(options, 'as asked for')
  if (source !== 'auto' && source !== 'mnist') return fromFolder(source, ', as asked for')
  const tried: string[] = []
  const found = (await localFolder(tried)) ?? (await cachedOrDownloaded(options, tried))
  if (found !== undefined) return found
  if (source === 'auto') return builtInDigits(options, `because MNIST can't be had (${tried.join('; ')})`)
  throw new DataError('mnist', {
    expected: 'MNIST in a local folder, in the cache, or by download',
    received: tried.join('; '),
    fix: "name a folder that has the four files as source, set NABLA_MNIST to it, or pass source: 'digits'",
  })
}

/**
 * Handwritten digits to train on and to test with: pictures `inputs` [28, 28, 1], float32 from 0 to 1, and labels
 * `targets`, int32 from 0 to 9.
 *
 * A dead network costs at most `timeoutMilliseconds` in total and, with source `'auto'`, no error.
 *
 * @throws DataError if a named source lacks the data; the signal's reason if it is aborted
 * @example
 * const { train, test, source } = await mnist()
 * console.log(source.description)
 * const flat = train.reshape('inputs', [784]) // for a model that begins with a dense layer
 */
export async function mnist(options: MnistOptions = {}): Promise<Mnist> {
  checkOptions(options)
  options.signal?.throwIfAborted()
  const { train, test, source } = await find(options)
  const { limit } = options
  if (limit === undefined) return { train, test, source }
  return { train: train.take(Math.floor(limit)), test: test.take(Math.floor(limit)), source }
}
