/**
 * `DataLoader`: from a data set to batches, epoch after epoch. Order and position are a function of (seed, epoch,
 * batch), so that a run can be stopped and continued with exactly the batches it would have seen.
 */
import { openBatch, ValueError } from '@nabla/core'
import type { Dataset } from '../dataset/dataset.js'
import { IterableDataset, type IterableFactory } from '../dataset/iterable-dataset.js'
import { stackSamples } from '../dataset/stack.js'
import type { HostBatch, HostSample } from '../host-array.js'
import { checkSeed, indexRange, permutation } from '../random.js'
import { type TensorBatch, tensorsOf, toTensors } from './collate.js'
import { readAhead } from './read-ahead.js'

/** What a loader reads: random access, a pipeline, something iterable, or a generator function. */
export type LoaderSource<Name extends string> =
  | Dataset<Name>
  | IterableDataset<HostSample<Name>>
  | IterableFactory<HostSample<Name>>
  | Iterable<HostSample<Name>>
  | AsyncIterable<HostSample<Name>>

export interface DataLoaderOptions<Name extends string, T> {
  /** Samples per batch, or `'full'` for all in one; default 32. */
  readonly batchSize?: number | 'full'
  /** A new order in every epoch; default false. */
  readonly shuffle?: boolean
  /** How many samples a source without random access is shuffled within; default 1024. */
  readonly shuffleBuffer?: number
  /** Decides the orders, together with the epoch; default 0. */
  readonly seed?: number
  /** Leave out a last batch that isn't full; default false. */
  readonly dropLast?: boolean
  /** How many batches are prepared ahead: useful for data sets that wait for files or the network; default 0. */
  readonly prefetch?: number
  /** Makes of a batch what the loop receives, by default tensors; called when the batch is due, never ahead. */
  readonly collate?: (batch: HostBatch<Name>) => T | Promise<T>
}

/** Where a loader stands, as plain data for a checkpoint: `batch` batches of epoch `epoch` have been handed out. */
export interface DataLoaderState {
  readonly epoch: number
  readonly batch: number
  readonly seed: number
  readonly batchSize: number | 'full'
  /** The number of samples; undefined for a source of unknown length. */
  readonly samples?: number
}

interface Position {
  readonly epoch: number
  readonly batch: number
}

function isDataset<Name extends string>(source: LoaderSource<Name>): source is Dataset<Name> {
  return 'get' in source && typeof source.get === 'function' && 'length' in source
}

function readSource<Name extends string>(source: LoaderSource<Name>) {
  if (source instanceof IterableDataset || isDataset(source)) return source
  if (!Array.isArray(source)) return IterableDataset.from(source)
  const samples: readonly HostSample<Name>[] = source
  return { length: samples.length, get: (index: number) => samples[index] as HostSample<Name> }
}

function checkWhole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new ValueError('DataLoader', {
    expected: `${name} to be a whole number, ${least} or more${name === 'batchSize' ? ", or 'full'" : ''}`,
    received: String(value),
    fix: `pass e.g. ${name}: ${Math.max(least, 32)}`,
  })
}

async function batchOf<Name extends string>(
  dataset: Dataset<Name>,
  rows: Uint32Array,
): Promise<HostBatch<Name>> {
  if (dataset.batch !== undefined) return dataset.batch(rows)
  return stackSamples(await Promise.all(Array.from(rows, (row) => dataset.get(row))))
}

/**
 * Batches for `for await`. Every loop over the loader is the next epoch, with an order of its own.
 *
 * A batch's tensors, and what `variableGradients` computes from them, are freed when the loop asks for the next batch;
 * `keep()` a tensor to use it longer.
 *
 * @throws ValueError for options out of range, an empty data set, or one that leaves no batch
 * @example
 * const loader = new DataLoader(dataset, { batchSize: 128, shuffle: true, seed: 1 })
 * for (let epoch = 0; epoch < 5; epoch++) {
 *   for await (const { inputs, targets } of loader) { … }
 * }
 */
export class DataLoader<Name extends string = string, T = TensorBatch<Name>> implements AsyncIterable<T> {
  readonly batchSize: number | 'full'
  readonly seed: number
  readonly #source: Dataset<Name> | IterableDataset<HostSample<Name>>
  readonly #shuffle: boolean
  readonly #shuffleBuffer: number
  readonly #dropLast: boolean
  readonly #prefetch: number
  readonly #collate: (batch: HostBatch<Name>) => T | Promise<T>
  #position: Position = { epoch: 0, batch: 0 }
  /** Whether the next loop goes on inside an epoch, which only `restore` asks for. */
  #continues = false

  constructor(source: LoaderSource<Name>, options: DataLoaderOptions<Name, T> = {}) {
    const {
      batchSize = 32,
      shuffle = false,
      shuffleBuffer = 1024,
      seed = 0,
      dropLast = false,
      prefetch = 0,
    } = options
    this.batchSize = batchSize === 'full' ? batchSize : checkWhole('batchSize', batchSize, 1)
    checkSeed('DataLoader', seed)
    this.seed = seed
    this.#source = readSource(source)
    this.#shuffle = shuffle
    this.#shuffleBuffer = checkWhole('shuffleBuffer', shuffleBuffer, 1)
    this.#dropLast = dropLast
    this.#prefetch = checkWhole('prefetch', prefetch, 0)
    // Without `collate` T is its default, a batch of tensors, which TypeScript can't conclude.
    this.#collate = options.collate ?? (toTensors as (batch: HostBatch<Name>) => T)
    if (this.length === 0) {
      throw new ValueError('DataLoader', {
        expected: 'at least one batch',
        received: `${this.samples} samples${dropLast ? `, batchSize ${batchSize} and dropLast` : ''}`,
        fix: this.samples === 0 ? 'give a data set with samples' : 'lower batchSize or leave dropLast out',
      })
    }
  }

  /** The number of samples; undefined for a source of unknown length. */
  get samples(): number | undefined {
    return this.#source instanceof IterableDataset ? undefined : this.#source.length
  }

  /** The number of batches in an epoch; undefined for a source of unknown length. */
  get length(): number | undefined {
    const samples = this.samples
    if (samples === undefined) return undefined
    if (this.batchSize === 'full') return Math.min(1, samples)
    return (this.#dropLast ? Math.floor : Math.ceil)(samples / this.batchSize)
  }

  /** The present position, as plain data: save it with the model after a batch has been used. */
  state(): DataLoaderState {
    const { seed, batchSize, samples } = this
    return { ...this.#position, seed, batchSize, ...(samples === undefined ? {} : { samples }) }
  }

  /**
   * Goes to a saved position: the next loop hands out what remained of that epoch (nothing, if it was complete).
   * Sources without random access are read again up to there.
   *
   * @throws ValueError if the position was saved by a loader with another seed, batch size or number of samples
   */
  restore(state: DataLoaderState): void {
    const own = this.state()
    for (const name of ['seed', 'batchSize', 'samples'] as const) {
      if (own[name] === state[name]) continue
      throw new ValueError('DataLoader.restore', {
        expected: `a position of a loader with ${name} ${own[name]}, like this one`,
        received: `one with ${name} ${state[name]}`,
        fix: `make this loader with ${name}: ${state[name]}, or start anew`,
      })
    }
    this.#position = {
      epoch: checkWhole('epoch', state.epoch, 0),
      batch: checkWhole('batch', state.batch, 0),
    }
    this.#continues = true
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const hostBatch of this.hostBatches()) {
      const step = openBatch()
      try {
        const batch = await this.#collate(hostBatch)
        for (const tensor of tensorsOf(batch)) step.adopt(tensor)
        yield batch
      } finally {
        step.close()
      }
    }
  }

  /** The next epoch's batches as typed arrays, before `collate`: for loops that make their own tensors of them. */
  async *hostBatches(): AsyncGenerator<HostBatch<Name>, void, undefined> {
    const { epoch, batch: first } = this.#begin()
    let batch = first
    for await (const hostBatch of readAhead(this.#hostBatches(epoch, first), this.#prefetch)) {
      batch += 1
      this.#position = { epoch, batch }
      yield hostBatch
    }
    this.#position = { epoch: epoch + 1, batch: 0 }
  }

  /** Where a new loop starts: at a restored position, or at the next epoch if this one was broken off. */
  #begin(): Position {
    const { epoch, batch } = this.#position
    if (!this.#continues && batch > 0) this.#position = { epoch: epoch + 1, batch: 0 }
    this.#continues = false
    return this.#position
  }

  async *#hostBatches(epoch: number, first: number): AsyncGenerator<HostBatch<Name>, void, undefined> {
    const source = this.#source
    if (source instanceof IterableDataset) {
      const size = this.batchSize === 'full' ? Number.POSITIVE_INFINITY : this.batchSize
      const samples = this.#shuffle ? source.shuffle(this.#shuffleBuffer, this.seed) : source
      const batches = samples.batch(size, { dropLast: this.#dropLast }).skip(first)
      yield* batches.iterate(epoch)
      return
    }
    const size = this.batchSize === 'full' ? source.length : this.batchSize
    const order = this.#shuffle
      ? permutation(source.length, this.seed, epoch + 1)
      : indexRange(0, source.length)
    const end = this.#dropLast ? source.length - (source.length % size) : source.length
    for (let start = first * size; start < end; start += size) {
      yield batchOf(source, order.subarray(start, Math.min(start + size, end)))
    }
  }
}
