import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fetch } from './connection.js'
import { type DownloadOptions, downloadFiles } from './download.js'
import type { MnistFile } from './files.js'

const contents = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 3, 4])
const packed = new Uint8Array(gzipSync(contents))
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const fileNamed = (name: string): MnistFile => ({
  name,
  compressed: hash(packed),
  contents: hash(contents),
  bytes: packed.length,
})
const file = fileNamed('a.gz')
const files = [file, fileNamed('b.gz'), fileNamed('c.gz'), fileNamed('d.gz')]

type Behaviour = () => Response | Promise<Response>

/** Never answers, and doesn't heed its signal either: the worst of networks. */
const silent: Behaviour = () => new Promise(() => undefined)
const dead: Behaviour = () =>
  Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }))
const good: Behaviour = () => new Response(packed)
const unpacked: Behaviour = () => new Response(contents)
const page: Behaviour = () =>
  new Response('<!doctype html>Log in', { headers: { 'content-type': 'text/html' } })
const disguisedPage: Behaviour = () => new Response('<!doctype html>Log in')
const forbidden: Behaviour = () => new Response('no', { status: 403, statusText: 'Forbidden' })
const forged: Behaviour = () => new Response(gzipSync(Uint8Array.from([...contents.slice(0, 9), 9])))
const empty: Behaviour = () => new Response(null)
/** Sends its first bytes and then nothing. */
const stalling: Behaviour = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(packed.slice(0, 8))
      },
    }),
  )
/** Sends byte by byte, so that the magic number comes in pieces. */
const crumbs: Behaviour = () => {
  let sent = 0
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (sent === packed.length) controller.close()
    else controller.enqueue(packed.slice(sent, ++sent))
  }
  return new Response(new ReadableStream({ pull }))
}

/** A network in which each host behaves in its own way. */
function network(hosts: Readonly<Record<string, Behaviour>>) {
  const asked: string[] = []
  const fetch: Fetch = async (url) => {
    asked.push(url)
    return (hosts[new URL(url).host] ?? dead)()
  }
  return { asked, fetch }
}

function options(fetch: Fetch, more: Partial<DownloadOptions> = {}): DownloadOptions {
  const mirrors = ['https://one/x/', 'https://two/y/']
  return { mirrors, fetch, timeoutMilliseconds: 5000, onFile: async () => undefined, ...more }
}

/** The outcome of a download as text: the files that came, or why they didn't. */
async function outcome(hosts: Readonly<Record<string, Behaviour>>, wanted = [file]): Promise<string> {
  return downloadFiles(wanted, options(network(hosts).fetch)).then(
    (got) => [...got.keys()].join(),
    (thrown) => thrown.received,
  )
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('downloadFiles', () => {
  it('takes what the first mirror delivers and leaves the second in peace', async () => {
    const { asked, fetch } = network({ one: good, two: good })
    const got = await downloadFiles(files, options(fetch))
    expect([...got.keys()]).toEqual(['a.gz', 'b.gz', 'c.gz', 'd.gz'])
    expect(got.get('a.gz')).toEqual(packed)
    expect(asked.sort()).toEqual([
      'https://one/x/a.gz',
      'https://one/x/b.gz',
      'https://one/x/c.gz',
      'https://one/x/d.gz',
    ])
  })

  it.each(Object.entries({ dead, page, disguisedPage, forbidden, forged, empty }))(
    'goes to the second mirror at once when the first is %s',
    async (_, behaviour) => {
      // No timer is ever advanced: nothing is waited for.
      expect(await outcome({ one: behaviour, two: good })).toBe('a.gz')
    },
  )

  it('accepts files that the server decompressed on the way, and magic numbers in pieces', async () => {
    expect(await outcome({ one: unpacked })).toBe('a.gz')
    expect(await outcome({ one: crumbs })).toBe('a.gz')
  })

  it('says why each mirror failed', async () => {
    expect(await outcome({ one: dead, two: page })).toMatchInlineSnapshot(
      `"one: ECONNREFUSED; two: a web page (HTML), which servers often send for a wrong address"`,
    )
    expect(await outcome({ one: forbidden, two: disguisedPage })).toMatchInlineSnapshot(
      `"one: HTTP status 403 (Forbidden); two: a web page (HTML)"`,
    )
    const both = await outcome({ one: empty, two: forged })
    expect(both.split('; ').sort()).toEqual([
      'one: nothing',
      expect.stringMatching(/^two: another file, of SHA-256 [0-9a-f]{64}$/),
    ])
  })

  it('asks the second mirror after a head start when the first is silent', async () => {
    const { asked, fetch } = network({ one: silent, two: good })
    const downloading = downloadFiles([file], options(fetch))
    await vi.advanceTimersByTimeAsync(499)
    expect(asked).toEqual(['https://one/x/a.gz'])
    await vi.advanceTimersByTimeAsync(1)
    expect((await downloading).size).toBe(1)
    expect(asked).toEqual(['https://one/x/a.gz', 'https://two/y/a.gz'])
  })

  it('gives a silent network 5 seconds in total, not per file or mirror', async () => {
    let result: string | undefined
    outcome({ one: silent, two: silent }, files).then((text) => {
      result = text
    })
    await vi.advanceTimersByTimeAsync(4999)
    expect(result).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(result).toMatchInlineSnapshot(`"no data for 5 seconds"`)
  })

  it('counts connections that stall after their first bytes as dead', async () => {
    let result: string | undefined
    outcome({ one: stalling, two: stalling }, files).then((text) => {
      result = text
    })
    await vi.advanceTimersByTimeAsync(5010)
    expect(result).toMatch(/no data for 5 seconds|stalled/)
  })

  it('changes from a mirror that stalls to one that delivers', async () => {
    const downloading = outcome({ one: stalling, two: good }, files)
    await vi.advanceTimersByTimeAsync(2500)
    expect(await downloading).toBe('a.gz,b.gz,c.gz,d.gz')
  })

  it('reports progress, and starts a file over when it changes the mirror', async () => {
    const reports: number[] = []
    const { fetch } = network({ one: forged, two: crumbs })
    await downloadFiles(
      [file],
      options(fetch, {
        onProgress: ({ loadedBytes, totalBytes }) => {
          reports.push(loadedBytes)
          expect(totalBytes).toBe(packed.length)
        },
      }),
    )
    expect(reports).toContain(0)
    expect(reports.at(-1)).toBe(packed.length)
  })

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController()
    const { fetch } = network({ one: silent, two: silent })
    const downloading = downloadFiles(files, options(fetch, { signal: stop.signal }))
    stop.abort(new Error('not needed any more'))
    await expect(downloading).rejects.toThrow('not needed any more')
    const early = downloadFiles(files, options(fetch, { signal: stop.signal }))
    await expect(early).rejects.toThrow('not needed any more')
  })

  it('hands over the files that were verified even if another fails', async () => {
    const saved: string[] = []
    const broken = { ...fileNamed('z.gz'), compressed: '', contents: '' }
    const onFile = async ({ name }: MnistFile) => {
      saved.push(name)
    }
    const downloading = downloadFiles(
      [file, broken],
      options(network({ one: good, two: good }).fetch, { onFile }),
    )
    await expect(downloading).rejects.toThrow(/one: another file.*two: another file/)
    expect(saved).toEqual(['a.gz'])
  })

  it('passes its signal to fetch and aborts it when it gives up', async () => {
    const signals: AbortSignal[] = []
    const fetch: Fetch = (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    const downloading = downloadFiles([file], options(fetch)).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(5000)
    await downloading
    expect(signals).toHaveLength(2)
    for (const signal of signals) expect(signal.aborted).toBe(true)
  })

  it('refuses to download what it cannot verify', async () => {
    vi.stubGlobal('crypto', {})
    await expect(downloadFiles([file], options(network({ one: good }).fetch))).rejects.toThrow(
      /no Web Crypto/,
    )
    vi.unstubAllGlobals()
  })
})
