/**
 * From the arrays of IDX files (or generated ones) to the training and test data sets.
 */

import type { Bytes } from '../bytes/gzip.js'
import { readBytes } from '../bytes/source.js'
import { ArrayDataset } from '../dataset/array-dataset.js'
import { DataError } from '../errors.js'
import { decodeIdx, type IdxData } from '../formats/idx.js'
import type { HostArray } from '../host-array.js'
import type { MnistPair, MnistParts } from './files.js'

/** Pictures `[28, 28, 1]`, float32 from 0 (paper) to 1 (ink) in batches; labels 0 to 9, int32 in batches. */
export type DigitDataset = ArrayDataset<'inputs' | 'targets'>

/** The two data sets. */
export interface DigitSets {
  readonly train: DigitDataset
  readonly test: DigitDataset
}

/** Decodes an IDX file, compressed or not. */
export async function decodeFile(name: string, bytes: Bytes): Promise<HostArray<IdxData>> {
  const where = `mnist ${name}`
  return decodeIdx(await readBytes(where, bytes), where)
}

/** A data set of byte pictures with one channel, and byte labels. */
export function digitDataset(
  images: Uint8Array,
  labels: Uint8Array,
  height: number,
  width: number,
): DigitDataset {
  return new ArrayDataset({
    inputs: { data: images, shape: [height, width, 1], scale: 1 / 255 },
    targets: { data: labels, shape: [], dtype: 'int32' },
  })
}

function pairDataset(set: string, { images, labels }: MnistPair<HostArray<IdxData>>): DigitDataset {
  const [count = 0, height = 0, width = 0] = images.shape
  const fits = images.shape.length === 3 && labels.shape.length === 1 && labels.shape[0] === count
  if (fits && count > 0 && images.data instanceof Uint8Array && labels.data instanceof Uint8Array) {
    return digitDataset(images.data, labels.data, height, width)
  }
  throw new DataError(`mnist ${set} set`, {
    expected: 'uint8 images of shape [count, height, width] and as many uint8 labels',
    received: `images of shape [${images.shape.join(', ')}] and labels of shape [${labels.shape.join(', ')}]`,
    fix: 'check that the files belong together and are not mixed up',
  })
}

/** The data sets of the four decoded files. */
export function assemble(parts: MnistParts<HostArray<IdxData>>): DigitSets {
  return { train: pairDataset('training', parts.train), test: pairDataset('test', parts.test) }
}
