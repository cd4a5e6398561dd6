/**
 * What training reads: tensors, data sets or loaders, all brought to one form — batches of `inputs` and `targets` on
 * the host, made into tensors when they are due.
 */
import { type Backend, type Tensor, type TypedArray, tensorFrom, ValueError } from '@nabla/core'
import { ArrayDataset, DataLoader, type Dataset, type HostBatch } from '@nabla/data'

type Columns = 'inputs' | 'targets'

/** A data set or a loader with columns `inputs` and `targets`. */
export type FitData = Dataset<Columns> | DataLoader<Columns, unknown>

export interface LoadingOptions {
  readonly batchSize: number | 'full'
  readonly shuffle: boolean
  readonly seed: number
}

/** A tensor's values on the host, in a type that batches are made of. */
async function toHost(
  x: Tensor,
): Promise<{ data: Exclude<TypedArray, Uint16Array>; shape: readonly number[] }> {
  const data = await x.data()
  return { data: data instanceof Uint16Array ? new Float32Array(data) : data, shape: x.shape }
}

/** Two tensors with one row per sample, as a data set. */
export async function datasetOf(inputs: Tensor, targets: Tensor): Promise<ArrayDataset<Columns>> {
  if (inputs.shape[0] !== targets.shape[0] || inputs.ndim === 0) {
    throw new ValueError('fit', {
      expected: 'as many targets as inputs, along axis 0',
      received: `inputs [${inputs.shape.join()}] and targets [${targets.shape.join()}]`,
      fix: 'give both one row per sample',
    })
  }
  return ArrayDataset.fromArrays({ inputs: await toHost(inputs), targets: await toHost(targets) })
}

/** A loader over any of the forms. */
export function loaderOf(data: FitData, options: LoadingOptions): DataLoader<Columns, unknown> {
  return data instanceof DataLoader ? data : new DataLoader(data, options)
}

/** A host batch on a backend. */
export function batchTensors(
  batch: HostBatch<Columns>,
  backend: Backend,
): { inputs: Tensor; targets: Tensor } {
  return {
    inputs: tensorFrom(batch.inputs.data, batch.inputs.shape, { backend }),
    targets: tensorFrom(batch.targets.data, batch.targets.shape, { backend }),
  }
}

/** The last part of the samples kept out for validation, and the rest. */
export function splitValidation(data: FitData, fraction = 0): readonly [FitData, FitData | undefined] {
  if (fraction === 0) return [data, undefined]
  if (!(data instanceof ArrayDataset)) {
    throw new ValueError('fit', {
      expected: 'tensors or an ArrayDataset to split',
      received: 'another kind of data',
      fix: 'split it yourself and pass validationData',
    })
  }
  const kept = data.length - Math.round(data.length * fraction)
  return [data.take(kept), data.skip(kept)]
}
