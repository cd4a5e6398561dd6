/**
 * Decompression of gzip (RFC 1952), recognised by its first two bytes, with the platform's `DecompressionStream`.
 */
import { NablaError } from '@nabla/core'
import { DataError, reasonOf } from '../errors.js'

/** Bytes in memory that no other thread shares, as the platform's functions take them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Whether bytes begin with gzip's magic number. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** A stream that pulls from `chunks`, passes its failure on, and stops it when cancelled. */
function toStream(chunks: AsyncIterator<Bytes>): ReadableStream<Bytes> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}

async function* inflate(where: string, chunks: AsyncIterator<Bytes>): AsyncGenerator<Bytes, void, undefined> {
  const reader = toStream(chunks).pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (thrown) {
    if (thrown instanceof NablaError) throw thrown
    throw new DataError(
      where,
      {
        expected: 'complete gzip data',
        received: `data that can't be decompressed (${reasonOf(thrown)})`,
        fix: 'get the file again',
      },
      { cause: thrown },
    )
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** `chunks` decompressed if they are gzip, else unchanged. */
export async function* gunzip(
  where: string,
  chunks: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]()
  const held: Bytes[] = []
  let start = new Uint8Array(0)
  // The magic number may be split between chunks.
  while (start.length < 2) {
    const { done, value } = await iterator.next()
    if (done === true) break
    held.push(value)
    start = new Uint8Array([...start, ...value.subarray(0, 2)])
  }
  async function* whole(): AsyncGenerator<Bytes, void, undefined> {
    try {
      yield* held
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  if (looksLikeGzip(start)) yield* inflate(where, whole())
  else yield* whole()
}
