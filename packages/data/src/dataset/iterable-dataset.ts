/**
 * `IterableDataset`: samples that come one after another (a generator, a file being read, a sensor), with the usual
 * pipeline operations. It is a recipe, not a run: every iteration starts it anew.
 */
import { ValueError } from '@nabla/core'
import type { HostBatch, HostSample } from '../host-array.js'
import { checkSeed, randomBelow, randomSource } from '../random.js'
import { stackSamples } from './stack.js'

type AsyncOrSync<T> = Iterable<T> | AsyncIterable<T>

/** Starts a pass over the data; `epoch` counts passes from 0, for sources that want to differ between them. */
export type IterableFactory<T> = (epoch: number) => AsyncOrSync<T>

function checkSize(where: string, size: number, least: number): void {
  if (Number.isInteger(size) && size >= least) return
  throw new ValueError(where, {
    expected: `a whole number, ${least} or more`,
    received: String(size),
    fix: `pass e.g. ${where}(32)`,
  })
}

async function* mapped<T, U>(source: AsyncOrSync<T>, transform: (value: T, index: number) => U | Promise<U>) {
  let index = 0
  for await (const value of source) yield await transform(value, index++)
}

async function* filtered<T>(source: AsyncOrSync<T>, keep: (value: T, index: number) => boolean) {
  let index = 0
  for await (const value of source) if (keep(value, index++)) yield value
}

async function* taken<T>(source: AsyncOrSync<T>, count: number) {
  if (count === 0) return
  let left = count
  for await (const value of source) {
    yield value
    if (--left === 0) return
  }
}

/** Fills a buffer, then lets each newcomer replace a random one, which goes out; the rest leaves in random order. */
async function* shuffled<T>(source: AsyncOrSync<T>, size: number, seed: number, epoch: number) {
  const random = randomSource(seed, epoch + 1)
  const buffer: T[] = []
  for await (const value of source) {
    if (buffer.length < size) {
      buffer.push(value)
      continue
    }
    const [leaving] = buffer.splice(randomBelow(random, size), 1, value)
    if (leaving !== undefined) yield leaving
  }
  while (buffer.length > 0) yield* buffer.splice(randomBelow(random, buffer.length), 1)
}

async function* grouped<T>(source: AsyncOrSync<T>, size: number, dropLast: boolean) {
  let group: T[] = []
  for await (const value of source) {
    group.push(value)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0 && !dropLast) yield group
}

/**
 * Values that come one after another, of any number.
 *
 * @example
 * const noise = IterableDataset.from(function* () {
 *   for (;;) yield { inputs: Math.random(), targets: 0 }
 * })
 * for await (const batch of noise.take(100).batch(10)) console.log(batch.inputs.shape) // [10], ten times
 */
export class IterableDataset<T> implements AsyncIterable<T> {
  readonly #start: IterableFactory<T>

  /** @param start begins a pass over the data, usually a generator function */
  constructor(start: IterableFactory<T>) {
    this.#start = start
  }

  /** Of a generator function (read anew in every pass), or of something iterable. */
  static from<T>(source: IterableFactory<T> | AsyncOrSync<T>): IterableDataset<T> {
    if (typeof source === 'function') return new IterableDataset(source)
    let passes = 0
    return new IterableDataset(() => {
      passes += 1
      if (passes > 1 && 'next' in source) {
        throw new ValueError('IterableDataset', {
          expected: 'a source that can be read again for another pass',
          received: 'a generator that was read before',
          fix: 'pass the generator function itself, without calling it',
        })
      }
      return source
    })
  }

  /** Pass number `epoch` over the data. Equal epochs give equal orders, as far as the source does. */
  iterate(epoch: number): AsyncOrSync<T> {
    return this.#start(epoch)
  }

  /** Pass number 0. For passes that differ in their shuffling use a `DataLoader`, or `iterate(epoch)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this.iterate(0)
  }

  /** Each value passed through `transform`, which may be asynchronous. */
  map<U>(transform: (value: T, index: number) => U | Promise<U>): IterableDataset<U> {
    return new IterableDataset((epoch) => mapped(this.iterate(epoch), transform))
  }

  /** The values for which `keep` says true. */
  filter(keep: (value: T, index: number) => boolean): IterableDataset<T> {
    return new IterableDataset((epoch) => filtered(this.iterate(epoch), keep))
  }

  /** The first `count` values. */
  take(count: number): IterableDataset<T> {
    checkSize('take', count, 0)
    return new IterableDataset((epoch) => taken(this.iterate(epoch), count))
  }

  /** All but the first `count` values. */
  skip(count: number): IterableDataset<T> {
    checkSize('skip', count, 0)
    return this.filter((_, index) => index >= count)
  }

  /**
   * Shuffled within a moving buffer of `bufferSize` values: the larger, the better mixed and the more memory.
   * The order depends on the seed and on the epoch.
   */
  shuffle(bufferSize: number, seed = 0): IterableDataset<T> {
    checkSize('shuffle', bufferSize, 1)
    checkSeed('shuffle', seed)
    return new IterableDataset((epoch) => shuffled(this.iterate(epoch), bufferSize, seed, epoch))
  }

  /** Batches of `size` samples, stacked; the last may be smaller unless `dropLast`. */
  batch<Name extends string>(
    this: IterableDataset<HostSample<Name>>,
    size: number,
    { dropLast = false }: { readonly dropLast?: boolean } = {},
  ): IterableDataset<HostBatch<Name>> {
    if (size !== Number.POSITIVE_INFINITY) checkSize('batch', size, 1)
    return new IterableDataset((epoch) => mapped(grouped(this.iterate(epoch), size, dropLast), stackSamples))
  }
}
