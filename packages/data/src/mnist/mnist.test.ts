import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import operatingSystem, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeIdx } from '../formats/idx.js'
import type { Fetch } from './connection.js'
import { mnistFiles, mnistMirrors, nameVariants } from './files.js'
import { mnist } from './mnist.js'

/** A set of `count` pictures; those of the test set are told by their labels, which count down. */
function idxPair(count: number, label: (index: number) => number) {
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => i % 256)
  const labels = Uint8Array.from({ length: count }, (_, i) => label(i))
  return [
    encodeIdx({ data: images, shape: [count, 28, 28] }),
    encodeIdx({ data: labels, shape: [count] }),
  ] as const
}

const [trainImages, trainLabels] = idxPair(6, (index) => index)
const [testImages, testLabels] = idxPair(3, (index) => 9 - index)
const plainFiles: Readonly<Record<string, Uint8Array>> = {
  'train-images-idx3-ubyte': trainImages,
  'train-labels-idx1-ubyte': trainLabels,
  't10k-images-idx3-ubyte': testImages,
  't10k-labels-idx1-ubyte': testLabels,
}
const names = Object.keys(plainFiles)
const packedFiles = Object.fromEntries(names.map((name) => [`${name}.gz`, gzipSync(plainFiles[name] ?? '')]))

// The small files above in place of the official ones, whose checksums only the official ones have.
vi.mock(import('./files.js'), async (importOriginal) => {
  const original = await importOriginal()
  const small = await original.forEachFile(original.mnistFiles, (file) => {
    return {
      ...file,
      get compressed() {
        return createHash('sha256')
          .update(packedFiles[file.name] ?? '')
          .digest('hex')
      },
    }
  })
  return { ...original, mnistFiles: small }
})

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-mnist-'))
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
  vi.stubEnv('NABLA_MNIST', '')
})
afterEach(async () => {
  // First of all the process itself, which one test takes away.
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const serving: Fetch = async (url) => new Response(packedFiles[url.split('/').at(-1) ?? ''] ?? null)
const offline: Fetch = () =>
  Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }))

/** Few digits, no network, a cache of its own. */
const base = () => ({ cacheFolder: join(folder, 'cache'), fetch: offline, digits: { train: 8, test: 4 } })

async function fill(target: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  await mkdir(target, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(target, name), bytes)
  return target
}

const testTargets = Int32Array.of(9, 8, 7)

describe('mnist', () => {
  it('reads a folder that is named, with pictures from 0 to 1', async () => {
    const { train, test, source } = await mnist({ source: await fill(join(folder, 'own'), packedFiles) })
    expect(source).toEqual({
      kind: 'folder',
      description: `MNIST files from the folder ${folder}/own, as asked for.`,
    })
    expect([train.length, test.length]).toEqual([6, 3])
    expect(test.all().targets).toEqual({ data: testTargets, shape: [3] })
    const { inputs } = train.batch([0])
    expect(inputs.shape).toEqual([1, 28, 28, 1])
    expect(inputs.data.slice(0, 3)).toEqual(Float32Array.of(0, 1 / 255, 2 / 255))
  })

  it.each([0, 1, 2, 3])('knows the usual names of the files: variant %i', async (variant) => {
    const named = Object.fromEntries(
      names.map((name) => {
        const target = nameVariants(`${name}.gz`)[variant] ?? ''
        return [
          target,
          (target.endsWith('.gz') ? packedFiles[`${name}.gz`] : plainFiles[name]) ?? new Uint8Array(0),
        ]
      }),
    )
    const { test } = await mnist({ source: await fill(folder, named) })
    expect(test.all().targets.data).toEqual(testTargets)
  })

  it('finds data/mnist, and first the folder that NABLA_MNIST names', async () => {
    await fill(join(folder, 'data', 'mnist'), packedFiles)
    expect((await mnist(base())).source.description).toBe(`MNIST files from the folder ${folder}/data/mnist.`)
    vi.stubEnv('NABLA_MNIST', await fill(join(folder, 'other'), plainFiles))
    expect((await mnist(base())).source.description).toMatch(/other, which NABLA_MNIST names\.$/)
    vi.stubEnv('NABLA_MNIST', join(folder, 'absent'))
    await expect(mnist(base())).rejects.toThrow(/absent, with .gz or without; received no such folder/)
  })

  it('downloads, keeps, and next time reads what it kept', async () => {
    const options = { ...base(), fetch: serving }
    const first = await mnist(options)
    expect(first.source).toEqual({
      kind: 'download',
      description: `MNIST, downloaded, verified and kept in ${folder}/cache.`,
    })
    expect(first.test.all().targets.data).toEqual(testTargets)
    expect((await readdir(options.cacheFolder)).sort()).toEqual(Object.keys(packedFiles).sort())
    const second = await mnist(base())
    expect(second.source.kind).toBe('cache')
    expect(second.test.all()).toEqual(first.test.all())
  })

  it('fetches only what the cache lacks, and replaces what is damaged there', async () => {
    const options = { ...base(), fetch: vi.fn(serving) }
    await fill(options.cacheFolder, { ...packedFiles, 't10k-labels-idx1-ubyte.gz': new Uint8Array(5) })
    expect((await mnist(options)).source.kind).toBe('download')
    expect(options.fetch).toHaveBeenCalledOnce()
    expect((await mnist(base())).source.kind).toBe('cache')
  })

  it('does without a cache that cannot be written', async () => {
    await writeFile(join(folder, 'cache'), 'a file, not a folder')
    const { source } = await mnist({ ...base(), fetch: serving })
    expect(source.kind).toBe('download')
    expect(source.description).toMatch(
      /^MNIST, downloaded, verified and not kept, since .*cache can't be written \(.+\)\.$/,
    )
  })

  it('keeps downloads in the XDG cache folder, else in the home folder', async () => {
    vi.stubEnv('XDG_CACHE_HOME', folder)
    await mnist({ fetch: serving })
    expect(await readFile(join(folder, 'nabla', 'mnist', 't10k-labels-idx1-ubyte.gz'))).toHaveLength(
      packedFiles['t10k-labels-idx1-ubyte.gz']?.length ?? 0,
    )
    vi.stubEnv('XDG_CACHE_HOME', 'relative')
    vi.spyOn(operatingSystem, 'homedir').mockReturnValue(folder)
    const { source } = await mnist({ fetch: serving })
    expect(source.description).toBe('MNIST, downloaded, verified and kept in ~/.cache/nabla/mnist.')
  })

  it('falls back to the built-in digits and says why, in one sentence', async () => {
    const { train, test, source } = await mnist(base())
    expect(source.kind).toBe('digits')
    expect(source.description.replaceAll(folder, '…')).toMatchInlineSnapshot(
      `"Built-in digits, because MNIST can't be had (folder data/mnist: no such folder; cache …/cache: empty; download: ossci-datasets.s3.amazonaws.com: getaddrinfo ENOTFOUND; storage.googleapis.com: getaddrinfo ENOTFOUND)."`,
    )
    expect([train.length, test.length]).toEqual([8, 4])
    expect(train.get(0).inputs.shape).toEqual([28, 28, 1])
    expect(train.take(4).all().inputs.data).not.toEqual(test.all().inputs.data)
  })

  it('waits for a silent network no longer than it is told, and only then falls back', async () => {
    const fetch = vi.fn<Fetch>(() => new Promise(() => undefined))
    const { source } = await mnist({ ...base(), fetch, timeoutMilliseconds: 30 })
    expect(source.description).toMatch(/download: no data for 0\.03 seconds\)\.$/)
    expect(fetch).toHaveBeenCalledTimes(4 * mnistMirrors.length)
  })

  it('makes built-in digits on request, without looking for anything', async () => {
    const fetch = vi.fn(serving)
    const digits = { train: 8, test: 4, seed: 3 }
    const first = await mnist({ source: 'digits', fetch, digits })
    expect(first.source).toEqual({ kind: 'digits', description: 'Built-in digits, as asked for.' })
    expect(fetch).not.toHaveBeenCalled()
    const again = await mnist({ source: 'digits', digits })
    expect(again.train.all()).toEqual(first.train.all())
    const other = await mnist({ source: 'digits', digits: { ...digits, seed: 4 } })
    expect(other.train.all()).not.toEqual(first.train.all())
  })

  it('fails when MNIST is asked for by name and not to be had, with all that was tried', async () => {
    await fill(join(folder, 'data', 'mnist'), { 'train-images-idx3-ubyte': trainImages })
    const failure = await mnist({ ...base(), source: 'mnist' }).catch(String)
    expect(String(failure).replaceAll(folder, '…')).toMatchInlineSnapshot(
      `"DataError: mnist: expected MNIST in a local folder, in the cache, or by download; received folder data/mnist: a folder without train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; cache …/cache: empty; download: ossci-datasets.s3.amazonaws.com: getaddrinfo ENOTFOUND; storage.googleapis.com: getaddrinfo ENOTFOUND. Fix: name a folder that has the four files as source, set NABLA_MNIST to it, or pass source: 'digits'."`,
    )
  })

  it('limits both sets', async () => {
    const options = { ...base(), fetch: serving, limit: 2 }
    const { train, test } = await mnist(options)
    expect([train.length, test.length]).toEqual([2, 2])
    const digits = await mnist({ ...options, source: 'digits' })
    expect([digits.train.length, digits.test.length]).toEqual([2, 2])
    await expect(mnist({ limit: 0 })).rejects.toThrow(/a limit of 1 or more samples; received 0/)
    await expect(mnist({ timeoutMilliseconds: Number.NaN })).rejects.toThrow(/timeoutMilliseconds from 0/)
  })

  it('is stopped by its signal, without falling back', async () => {
    const stop = new AbortController()
    const loading = mnist({ ...base(), fetch: () => new Promise(() => undefined), signal: stop.signal })
    stop.abort(new Error('page closed'))
    await expect(loading).rejects.toThrow('page closed')
    await expect(mnist({ signal: stop.signal })).rejects.toThrow('page closed')
  })

  it('says what is wrong with files that do not belong together', async () => {
    const mixed = { ...plainFiles, 't10k-labels-idx1-ubyte': trainLabels }
    await expect(mnist({ source: await fill(folder, mixed) })).rejects.toThrow(
      /test set: expected uint8 images .*received images of shape \[3, 28, 28\] and labels of shape \[6\]/,
    )
    await fill(folder, { 't10k-labels-idx1-ubyte': testLabels.slice(0, -1) })
    await expect(mnist({ source: folder })).rejects.toThrow(
      /t10k-labels-idx1-ubyte: expected 11 bytes .*truncated/,
    )
  })

  it('works in a browser, with its own cache', async () => {
    const stored = new Map<string, Response>()
    const cache = {
      match: async (key: string) => stored.get(key)?.clone(),
      put: async (key: string, response: Response) => void stored.set(key, response),
    }
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('caches', { open: async () => cache })
    const first = await mnist({ fetch: serving })
    expect(first.source.description).toBe(
      'MNIST, downloaded, verified and kept in the browser cache "nabla-mnist".',
    )
    expect((await mnist({ fetch: offline })).source.kind).toBe('cache')
    vi.stubGlobal('caches', undefined)
    expect((await mnist({ fetch: serving })).source.description).toMatch(
      /not kept, since there is no cache here/,
    )
    await expect(mnist({ source: 'some/folder' })).rejects.toThrow(/a browser has no folders/)
  })
})

/** The folder of the real files, if the environment names one. */
const realFolder = process.env.NABLA_MNIST

describe.skipIf(realFolder === undefined || realFolder === '')('the real MNIST files (NABLA_MNIST)', () => {
  it('have their well-known sizes and contents', async () => {
    const { train, test } = await mnist({ source: realFolder ?? '' })
    expect([train.length, test.length]).toEqual([60_000, 10_000])
    expect(Array.from(train.take(5).all().targets.data)).toEqual([5, 0, 4, 1, 9])
    expect(Array.from(test.take(5).all().targets.data)).toEqual([7, 2, 1, 0, 4])
    // The published mean of the training pictures.
    const { data } = train.all().inputs
    let sum = 0
    for (const value of data) sum += value
    expect(sum / data.length).toBeCloseTo(0.1307, 4)
    expect(mnistFiles.train.images.name).toBe('train-images-idx3-ubyte.gz')
  })
})
