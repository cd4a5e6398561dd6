/**
 * One transfer from one mirror: opened until its first bytes have come and look right, then read to the end.
 * Every wait ends when its signal is aborted, whether or not `fetch` heeds it.
 */
import { type Bytes, looksLikeGzip } from '../bytes/gzip.js'
import { checkResponse, looksLikeWebPage } from '../bytes/source.js'
import { DataError } from '../errors.js'

/** The platform's `fetch`, or one in its place. */
export type Fetch = (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>

/** What `promise` gives, or the signal's reason if it is aborted earlier. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Fulfils after some time; rejects with the signal's reason if it is aborted earlier. */
export function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  return untilAborted(elapsed, signal).finally(() => clearTimeout(timer))
}

function looksLikeMnist(bytes: Uint8Array): boolean {
  return looksLikeGzip(bytes) || (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 8)
}

/** A transfer whose first bytes have come. */
export interface Connection {
  readonly mirror: string
  /** All bytes, or an error if no more come for `stallMilliseconds` or the signal is aborted. */
  readAll(onBytes: (count: number) => void, stallMilliseconds: number): Promise<Bytes>
  /** Ends the transfer. */
  close(): void
}

async function openBody(url: string, fetch: Fetch, signal: AbortSignal) {
  const answer = fetch(url, { signal })
  const response = await untilAborted(answer, signal).catch((thrown: unknown) => {
    // An answer that nobody waits for any more must not hold its socket.
    answer.then((late) => late.body?.cancel()).catch(() => undefined)
    throw thrown
  })
  checkResponse('mnist', response)
  return (response.body ?? new Blob([]).stream()).getReader()
}

async function firstBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let start = new Uint8Array(0)
  // The magic number may come in pieces.
  while (start.length < 4) {
    const { done, value } = await untilAborted(reader.read(), signal)
    if (done) break
    const longer = new Uint8Array(start.length + value.length)
    longer.set(start)
    longer.set(value, start.length)
    start = longer
  }
  if (looksLikeMnist(start)) return start
  throw new DataError('mnist', {
    expected: 'a gzip file',
    received: looksLikeWebPage(start) ? 'a web page (HTML)' : start.length === 0 ? 'nothing' : 'other data',
    fix: 'check whether a proxy or a log-in page stands between',
  })
}

/** Opens the transfer of `mirror + name` and waits for its first bytes. */
export async function connect(
  mirror: string,
  name: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Connection> {
  const reader = await openBody(mirror + name, fetch, signal)
  const close = () => {
    reader.cancel().catch(() => undefined)
  }
  try {
    const first = await firstBytes(reader, signal)
    return {
      mirror,
      close,
      readAll: (onBytes, stallMilliseconds) => readRest(reader, first, signal, onBytes, stallMilliseconds),
    }
  } catch (thrown) {
    close()
    throw thrown
  }
}

async function readRest(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  first: Uint8Array,
  signal: AbortSignal,
  onBytes: (count: number) => void,
  stallMilliseconds: number,
): Promise<Bytes> {
  const chunks = [first]
  onBytes(first.length)
  for (;;) {
    const stalled = new AbortController()
    const timer = setTimeout(() => stalled.abort(new Error('the transfer stalled')), stallMilliseconds)
    const next = untilAborted(untilAborted(reader.read(), signal), stalled.signal)
    const { done, value } = await next.finally(() => clearTimeout(timer))
    if (done) break
    chunks.push(value)
    onBytes(value.length)
  }
  return new Uint8Array(await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer())
}
