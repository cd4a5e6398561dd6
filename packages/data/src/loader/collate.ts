/**
 * The way from host batches to tensors, which loaders take unless they are given another `collate`.
 */
import { Tensor, tensorFrom } from '@nabla/core'
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

/** The tensors of a batch: itself, or among its columns or elements. */
export function tensorsOf(batch: unknown): Tensor[] {
  if (batch instanceof Tensor) return [batch]
  if (typeof batch !== 'object' || batch === null || ArrayBuffer.isView(batch)) return []
  return Object.values(batch).filter((each): each is Tensor => each instanceof Tensor)
}
