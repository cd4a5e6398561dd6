/**
 * Bytes from wherever they come: memory, a stream, a `Response`, a `File`, a URL or a path in Node. All readers of
 * this package start here, so that the same checks (HTTP status, web page instead of data, gzip) hold everywhere.
 */
import { DataError, reasonOf } from '../errors.js'
import { type Bytes, gunzip } from './gzip.js'
import { nodeLibrary } from './node.js'

/** A string is a URL if it starts with `http:` or `https:`, else the path of a file (Node only). */
export type ByteSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | URL
  | string

/** A source in words, for messages. */
export function describeSource(source: ByteSource): string {
  if (typeof source === 'string') return `"${source}"`
  if (source instanceof URL) return `"${source.href}"`
  if (source instanceof Response) return source.url === '' ? 'a response' : `"${source.url}"`
  if (source instanceof Blob) return 'name' in source ? `file "${String(source.name)}"` : 'a blob'
  if (source instanceof ReadableStream) return 'a stream'
  return `${source.byteLength} bytes in memory`
}

/** Whether bytes begin like an HTML or XML page: what servers send for a wrong address. */
export function looksLikeWebPage(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 256))
  return /^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(start)
}

/** Throws unless `response` is a success that isn't a web page. */
export function checkResponse(where: string, response: Response): void {
  const address = response.url === '' ? 'the address' : response.url
  if (!response.ok) {
    throw new DataError(where, {
      expected: `a file at ${address}`,
      received: `HTTP status ${response.status}${response.statusText === '' ? '' : ` (${response.statusText})`}`,
      fix: 'check the address, and that the server offers the file',
    })
  }
  if (/^\s*text\/html/i.test(response.headers.get('content-type') ?? '')) {
    throw new DataError(where, {
      expected: `data at ${address}`,
      received: 'a web page (HTML), which servers often send for a wrong address',
      fix: 'check the address',
    })
  }
}

async function* memoryChunks(bytes: Uint8Array | ArrayBuffer): AsyncGenerator<Bytes, void, undefined> {
  yield bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : ownBytes(bytes)
}

/** The same memory where it is an ArrayBuffer, a copy where it is shared between threads. */
function ownBytes(bytes: Uint8Array): Bytes {
  const { buffer, byteOffset, byteLength } = bytes
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes)
}

/** The chunks of a stream; stopping early cancels it. */
export async function* streamChunks(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Bytes, void, undefined> {
  const reader = stream.getReader()
  let finished = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      finished = done
      if (done) return
      yield ownBytes(value)
    }
  } finally {
    if (!finished) await reader.cancel().catch(() => undefined)
    reader.releaseLock()
  }
}

async function* fileChunks(where: string, path: string | URL): AsyncGenerator<Bytes, void, undefined> {
  const node = nodeLibrary()
  if (node === undefined) {
    throw new DataError(where, {
      expected: 'a URL, File, Response, stream or bytes, since files have no path in a browser',
      received: String(path),
      fix: 'pass an http(s) address or the File of an <input type="file">',
    })
  }
  const handle = await node.fileSystem.open(path).catch((thrown: unknown) => {
    throw new DataError(
      where,
      {
        expected: `a readable file at ${path}`,
        received: reasonOf(thrown),
        fix: 'check the path and its permissions',
      },
      { cause: thrown },
    )
  })
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(FILE_CHUNK), 0, FILE_CHUNK)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** Large enough that the calls don't count, small enough for memory not to. */
const FILE_CHUNK = 1 << 20

async function* responseChunks(where: string, response: Response): AsyncGenerator<Bytes, void, undefined> {
  checkResponse(where, response)
  if (response.body !== null) yield* streamChunks(response.body)
}

async function fetchResponse(where: string, url: string | URL): Promise<Response> {
  return fetch(url).catch((thrown: unknown) => {
    throw new DataError(
      where,
      {
        expected: `an answer from ${url}`,
        received: reasonOf(thrown),
        fix: 'check the address and the network; in a browser, also that the server allows other origins (CORS)',
      },
      { cause: thrown },
    )
  })
}

async function* rawChunks(where: string, source: ByteSource): AsyncGenerator<Bytes, void, undefined> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) yield* memoryChunks(source)
  else if (source instanceof Blob) yield* streamChunks(source.stream())
  else if (source instanceof Response) yield* responseChunks(where, source)
  else if (source instanceof ReadableStream) yield* streamChunks(source)
  else if (/^https?:/i.test(String(source))) yield* responseChunks(where, await fetchResponse(where, source))
  else yield* fileChunks(where, /^file:/i.test(String(source)) ? new URL(source) : source)
}

/**
 * The bytes of `source`, chunk by chunk, decompressed if they are gzip.
 *
 * @param where the reader's name, for error messages
 */
export async function* readChunks(where: string, source: ByteSource): AsyncGenerator<Bytes, void, undefined> {
  yield* gunzip(where, rawChunks(where, source))
}

/** All bytes of `source`, decompressed if they are gzip. */
export function readBytes(where: string, source: ByteSource): Promise<Bytes> {
  return joinChunks(readChunks(where, source))
}

async function joinChunks(source: AsyncIterable<Bytes>): Promise<Bytes> {
  const chunks: Bytes[] = []
  let length = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    length += chunk.length
  }
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
