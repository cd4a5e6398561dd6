/**
 * Reads an asynchronous iterator some steps ahead of its consumer, in order.
 */

/**
 * The values of `source`, of which up to `count` are asked for before they are needed. When the consumer stops
 * early, so does the source; its failures arrive where the value would have come.
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  count: number,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const pending: Promise<IteratorResult<T>>[] = []
  const ask = () => {
    const next = iterator.next()
    // It is awaited below, maybe much later; until then a failure must not count as unhandled.
    next.catch(() => undefined)
    pending.push(next)
  }
  try {
    for (;;) {
      while (pending.length <= count) ask()
      const result = await pending.shift()
      if (result === undefined || result.done === true) return
      yield result.value
    }
  } finally {
    await iterator.return?.()
  }
}
