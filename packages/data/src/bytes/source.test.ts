import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeSource, looksLikeWebPage, readBytes, readChunks } from './source.js'

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251)
const compressed = new Uint8Array(gzipSync(content))
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-bytes-'))
  await writeFile(join(folder, 'plain'), content)
  await writeFile(join(folder, 'packed.gz'), compressed)
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllGlobals())

/** A stream that hands bytes out in pieces of the given sizes, the last size repeated. */
function pieces(bytes: Uint8Array, ...sizes: number[]): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      const size = (sizes.length > 1 ? sizes.shift() : sizes[0]) ?? 1
      if (offset < bytes.length) controller.enqueue(bytes.slice(offset, offset + size))
      else controller.close()
      offset += size
    },
  })
}

describe('readBytes', () => {
  it.each([
    ['Uint8Array', () => content],
    ['ArrayBuffer', () => content.slice().buffer],
    ['Blob', () => new Blob([content])],
    ['Response', () => new Response(content)],
    ['stream', () => pieces(content, 1, 1, 999)],
    ['path', () => join(folder, 'plain')],
    ['file URL', () => pathToFileURL(join(folder, 'plain'))],
    ['file URL as text', () => pathToFileURL(join(folder, 'plain')).href],
    ['gzip in memory', () => compressed],
    ['gzip file', () => join(folder, 'packed.gz')],
    ['gzip stream with a split magic number', () => pieces(compressed, 1, 1, 4096)],
    ['shared memory', () => new Uint8Array(new SharedArrayBuffer(content.length)).fill(0)],
  ])('reads a %s', async (name, source) => {
    const expected = name === 'shared memory' ? new Uint8Array(content.length) : content
    expect(Buffer.compare(await readBytes('test', source()), expected)).toBe(0)
  })

  it('fetches addresses', async () => {
    const fetch = vi.fn(async () => new Response(content))
    vi.stubGlobal('fetch', fetch)
    expect(await readBytes('test', 'https://example.org/x')).toHaveLength(content.length)
    expect(fetch).toHaveBeenCalledWith('https://example.org/x')
  })

  it('reads empty sources', async () => {
    expect(await readBytes('test', new Uint8Array(0))).toHaveLength(0)
    expect(await readBytes('test', new Response(null))).toHaveLength(0)
  })

  it('explains failures', async () => {
    const failures: [() => Parameters<typeof readBytes>[1], RegExp][] = [
      [
        () => join(folder, 'absent'),
        /test: expected a readable file at .*absent; received ENOENT.* Fix: check the path/,
      ],
      [
        () => new Response('no', { status: 404, statusText: 'Not Found' }),
        /received HTTP status 404 \(Not Found\)/,
      ],
      [
        () => new Response('<p>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
        /received a web page \(HTML\)/,
      ],
      [
        () => compressed.slice(0, 500),
        /expected complete gzip data; received data that can't be decompressed/,
      ],
      [() => Uint8Array.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), /gzip/],
    ]
    for (const [source, message] of failures)
      await expect(readBytes('test', source())).rejects.toThrow(message)
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND example.org') })
    })
    await expect(readBytes('test', 'http://example.org/x')).rejects.toThrow(/received getaddrinfo ENOTFOUND/)
  })

  it('passes the failure of a stream on, decompressing or not', async () => {
    const failing = (start: Uint8Array) => {
      let sent = false
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) controller.error(new Error('cable pulled'))
          else controller.enqueue(start)
          sent = true
        },
      })
    }
    await expect(readBytes('test', failing(content.slice(0, 10)))).rejects.toThrow('cable pulled')
    await expect(readBytes('test', failing(compressed.slice(0, 100)))).rejects.toThrow('cable pulled')
  })

  it('says that a browser has no files', async () => {
    vi.stubGlobal('process', undefined)
    const reading = readBytes('test', 'data/x.npy')
    await expect(reading).rejects.toThrow(/files have no path in a browser; received data\/x.npy/)
  })

  it('cancels the source when reading stops early', async () => {
    for (const bytes of [content, compressed]) {
      const cancel = vi.fn()
      const source = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(bytes.slice()),
        cancel,
      })
      for await (const _ of readChunks('test', source)) break
      await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
    }
  })
})

describe('looksLikeWebPage', () => {
  it('tells pages from data', () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    for (const page of ['<!DOCTYPE html>', '\n <html lang="en">', '\ufeff<?xml version="1.0"?>']) {
      expect(looksLikeWebPage(bytes(page))).toBe(true)
    }
    for (const data of ['a,b\n', '<5,7', '']) expect(looksLikeWebPage(bytes(data))).toBe(false)
  })
})

describe('describeSource', () => {
  it('names files and addresses', () => {
    expect(describeSource('a.csv')).toBe('"a.csv"')
    expect(describeSource(new URL('https://example.org/a'))).toBe('"https://example.org/a"')
    expect(describeSource(new File([], 'b.csv'))).toBe('file "b.csv"')
    expect(describeSource(new Uint8Array(3))).toBe('3 bytes in memory')
    expect(describeSource(new Response(''))).toBe('a response')
  })
})
