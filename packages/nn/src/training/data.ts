/**
 * What training reads: tensors, data sets or loaders, all brought to one form — a source that hands out batches of
 * `inputs` and `targets` on the model's backend, epoch after epoch.
 */
import { type Backend, ShapeError, Tensor, type TypedArray, tensorFrom, ValueError } from '@nabla/core'
import { ArrayDataset, DataLoader, type Dataset, type HostBatch } from '@nabla/data'

type Columns = 'inputs' | 'targets'

/** A data set with columns `inputs` and `targets`, or a loader whose batches have them. */
export type FitData = Dataset<Columns> | DataLoader<Columns, unknown>

/** The two forms of data that `fit` and `evaluate` take. */
export type TrainingSource =
  | { readonly data: FitData }
  | { readonly inputs: Tensor; readonly targets: Tensor }

/** What one step sees. */
export interface Batch {
  readonly inputs: Tensor
  readonly targets: Tensor
}

export interface LoadingOptions {
  readonly batchSize: number | 'full'
  readonly shuffle?: boolean
  readonly seed?: number
  /** Epochs to leave out. */
  readonly initialEpoch?: number
}

/** Epochs of batches. */
export interface BatchSource {
  /** Batches in an epoch, where that is known. */
  readonly length: number | undefined
  /** The next epoch. Each batch is made by calling what comes, in the scope that is to free it. */
  batches(): AsyncIterable<() => Batch>
  /** Called with the first batch of an epoch. @returns goes back to before that batch */
  remember(): () => void
}

/** A tensor's values on the host, in a type that batches are made of. */
async function toHost(x: Tensor): Promise<{
  data: Exclude<TypedArray, Uint16Array>
  shape: readonly number[]
}> {
  const data = await x.data()
  return { data: data instanceof Uint16Array ? Float32Array.from(data) : data, shape: x.shape }
}

/** Two tensors with one row per sample, as a data set. */
async function datasetOf(where: string, inputs: Tensor, targets: Tensor): Promise<ArrayDataset<Columns>> {
  const [count] = inputs.shape
  if (count === undefined || count !== targets.shape[0]) {
    throw new ValueError(where, {
      expected: 'as many targets as inputs, along axis 0',
      received: `inputs [${inputs.shape.join()}] and targets [${targets.shape.join()}]`,
      fix: 'give both one row per sample',
    })
  }
  if (count === 0) {
    throw new ValueError(where, {
      expected: 'at least one sample, along axis 0',
      received: `inputs [${inputs.shape.join()}]`,
      fix: 'look at how the data were selected',
    })
  }
  return ArrayDataset.fromArrays({ inputs: await toHost(inputs), targets: await toHost(targets) })
}

/** The data of either form. @param where who asked, for messages */
export async function dataOf(where: string, source: TrainingSource): Promise<FitData> {
  return 'data' in source ? source.data : datasetOf(where, source.inputs, source.targets)
}

/** Batches of any of the forms, on the backend that `backend` names when they are due. */
export function batchSource(data: FitData, options: LoadingOptions, backend: () => Backend): BatchSource {
  if (data instanceof DataLoader) return collatedBatches(data, backend)
  const { initialEpoch = 0, ...loading } = options
  const loader = new DataLoader<Columns>(data, loading)
  if (initialEpoch > 0) loader.restore({ ...loader.state(), epoch: initialEpoch })
  return {
    length: loader.length,
    async *batches() {
      for await (const host of loader.hostBatches()) yield () => batchTensors(host, backend())
    },
    remember: () => rememberPosition(loader),
  }
}

function rememberPosition(loader: DataLoader<Columns, unknown>): () => void {
  const { batch, ...position } = loader.state()
  return () => loader.restore({ ...position, batch: Math.max(0, batch - 1) })
}

/** Batches of a loader of the user's, as its `collate` makes them. */
function collatedBatches(loader: DataLoader<Columns, unknown>, backend: () => Backend): BatchSource {
  return {
    length: loader.length,
    async *batches() {
      for await (const each of loader) {
        const given = requireBatch(each)
        const inputs = await given.inputs.to(backend())
        const targets = await given.targets.to(backend())
        try {
          yield () => ({ inputs, targets })
        } finally {
          if (inputs !== given.inputs) inputs.dispose()
          if (targets !== given.targets) targets.dispose()
        }
      }
    },
    remember: () => rememberPosition(loader),
  }
}

function requireBatch(value: unknown): Batch {
  if (typeof value === 'object' && value !== null && 'inputs' in value && 'targets' in value) {
    const { inputs, targets } = value
    if (inputs instanceof Tensor && targets instanceof Tensor) return { inputs, targets }
  }
  throw new ValueError('fit', {
    expected: 'a loader whose batches have the tensors inputs and targets',
    received:
      typeof value === 'object' && value !== null
        ? `a batch with ${Object.keys(value).join(', ') || 'nothing'}`
        : `a batch that is ${String(value)}`,
    fix: 'name the columns of the data set inputs and targets, or return { inputs, targets } from collate',
  })
}

/** A host batch on a backend. */
function batchTensors({ inputs, targets }: HostBatch<Columns>, backend: Backend): Batch {
  if (inputs === undefined || targets === undefined) {
    throw new ValueError('fit', {
      expected: 'data with the columns inputs and targets',
      received: inputs === undefined ? 'no column inputs' : 'no column targets',
      fix: 'name the columns of the data set so',
    })
  }
  if (inputs.shape[0] !== targets.shape[0]) {
    throw new ShapeError('fit', {
      expected: 'as many targets as inputs in a batch',
      received: `inputs [${inputs.shape.join()}] and targets [${targets.shape.join()}]`,
      fix: 'correct the data set',
    })
  }
  return {
    inputs: tensorFrom(inputs.data, inputs.shape, { backend }),
    targets: tensorFrom(targets.data, targets.shape, { backend }),
  }
}

/** The data to train on, and the last part of the samples kept out for validation. */
export function splitValidation(data: FitData, fraction = 0): readonly [FitData, FitData | undefined] {
  if (fraction === 0) return [data, undefined]
  if (!(data instanceof ArrayDataset)) {
    throw new ValueError('fit', {
      expected: 'tensors or an ArrayDataset to take the validationSplit from',
      received: data instanceof DataLoader ? 'a DataLoader' : 'another kind of data set',
      fix: 'split the data yourself and pass validationData',
    })
  }
  const kept = data.length - Math.round(data.length * fraction)
  if (kept === 0 || kept === data.length) {
    throw new ValueError('fit', {
      expected: 'a validationSplit that leaves samples on both sides',
      received: `${fraction} of ${data.length} samples`,
      fix: 'change validationSplit, or pass validationData',
    })
  }
  return [data.take(kept), data.skip(kept)]
}
