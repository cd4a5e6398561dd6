/**
 * The way from host batches to tensors: the only file of this package that touches the engine. A loader takes it as
 * its `collate`; without it, loaders work with no backend at all.
 */
import { type Tensor, tensorFrom } from '@nabla/core'
import type { BatchDType, HostBatch } from '../host-array.js'

/** A batch as tensors on the default backend, by column. */
export type TensorBatch<Name extends string = string> = Readonly<Record<Name, Tensor<number[], BatchDType>>>

/**
 * A tensor of every column of `batch`, with the column's shape and element type.
 *
 * @example
 * const loader = new DataLoader(train, { batchSize: 128, shuffle: true, collate: toTensors })
 * for await (const { inputs, targets } of loader) {
 *   inputs.shape // [128, 28, 28, 1]
 * }
 */
export function toTensors<Name extends string>(batch: HostBatch<Name>): TensorBatch<Name> {
  const tensors: Partial<Record<Name, Tensor<number[], BatchDType>>> = {}
  for (const name of Object.keys(batch) as Name[]) {
    const { data, shape } = batch[name]
    tensors[name] = tensorFrom(data, shape)
  }
  return tensors as TensorBatch<Name>
}
