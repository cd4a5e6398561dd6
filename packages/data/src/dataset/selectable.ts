/**
 * Selections common to all random-access data sets (take, skip, shuffle, split, map), all of them lazy views made
 * of one operation, `subset`; and `MappedDataset`, the result of `map`.
 */
import { ValueError } from '@nabla/core'
import type { HostSample } from '../host-array.js'
import { checkSeed, indexRange, permutation } from '../random.js'
import { checkIndex, type Dataset } from './dataset.js'

/** The stream of the random source that `shuffle` and `split` draw from; loaders use 1 and up, one per epoch. */
const SHUFFLE_STREAM = 0

function checkCount(where: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return
  throw new ValueError(where, {
    expected: 'a whole number of samples, 0 or more',
    received: String(count),
    fix: `pass e.g. ${where}(100)`,
  })
}

/** A data set whose selections are of its own kind, `Self`. */
export abstract class SelectableDataset<Name extends string, Sample extends HostSample<Name>, Self>
  implements Dataset<Name>
{
  abstract readonly length: number
  abstract get(index: number): Sample | Promise<Sample>

  /**
   * The samples at `indices`, in that order, repeats allowed. A view: nothing is copied.
   *
   * @throws IndexError for an index beyond the data set
   */
  abstract subset(indices: ArrayLike<number>): Self

  /** The first `count` samples, or all if there are fewer. */
  take(count: number): Self {
    checkCount('take', count)
    return this.subset(indexRange(0, Math.min(count, this.length)))
  }

  /** All but the first `count` samples. */
  skip(count: number): Self {
    checkCount('skip', count)
    return this.subset(indexRange(count, this.length))
  }

  /** All samples in a random order, the same for the same seed. For a new order each epoch see `DataLoader`. */
  shuffle(seed = 0): Self {
    checkSeed('shuffle', seed)
    return this.subset(permutation(this.length, seed, SHUFFLE_STREAM))
  }

  /**
   * Two parts, the first with `fraction` of the samples (rounded). In order, or drawn at random if a seed is given.
   *
   * @example const [train, validation] = dataset.split(0.9, 42)
   */
  split(fraction: number, seed?: number): [Self, Self] {
    const count = Math.round(this.length * fraction)
    if (!(count > 0 && count < this.length)) {
      throw new ValueError('split', {
        expected: `a fraction between 0 and 1 that leaves samples in both parts of ${this.length}`,
        received: String(fraction),
        fix: 'pass e.g. split(0.8, 42)',
      })
    }
    if (seed !== undefined) checkSeed('split', seed)
    const order =
      seed === undefined ? indexRange(0, this.length) : permutation(this.length, seed, SHUFFLE_STREAM)
    return [this.subset(order.subarray(0, count)), this.subset(order.subarray(count))]
  }

  /**
   * A data set that passes each sample through `transform` whenever it is asked for.
   *
   * @param transform receives the sample and its index here; it may be asynchronous
   * @example images.map(({ inputs, targets }) => ({ inputs: mirror(inputs), targets }))
   */
  map<Mapped extends string>(transform: SampleTransform<Sample, Mapped>): MappedDataset<Mapped> {
    return new MappedDataset(this.length, async (index) => transform(await this.get(index), index))
  }
}

/** Makes a new sample of a sample and its index. */
export type SampleTransform<Sample, Mapped extends string> = (
  sample: Sample,
  index: number,
) => HostSample<Mapped> | Promise<HostSample<Mapped>>

/** A data set whose samples are made when asked for: what `map` returns. Selections keep the original index. */
export class MappedDataset<Name extends string = string> extends SelectableDataset<
  Name,
  HostSample<Name>,
  MappedDataset<Name>
> {
  readonly length: number
  readonly #make: (index: number) => Promise<HostSample<Name>>

  /** @param make the sample at an index, from 0 to `length - 1` */
  constructor(length: number, make: (index: number) => Promise<HostSample<Name>>) {
    super()
    this.length = length
    this.#make = make
  }

  get(index: number): Promise<HostSample<Name>> {
    checkIndex('get', index, this.length)
    return this.#make(index)
  }

  subset(indices: ArrayLike<number>): MappedDataset<Name> {
    const chosen = Uint32Array.from(indices)
    for (let i = 0; i < chosen.length; i++) checkIndex('subset', indices[i] as number, this.length)
    return new MappedDataset(chosen.length, (index) => this.#make(chosen[index] as number))
  }
}
