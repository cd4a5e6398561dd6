/**
 * What a training is going to do: with which loader, from where, and for how many epochs.
 */
import { DataLoader, type DataLoaderState } from 'nabla'
import type { Progress, Training } from '../checkpoint.js'
import type { RunData } from '../data.js'
import type { Settings } from '../settings.js'

/** Training pictures in all that a run without `--epochs` sees: about a minute on plain typed arrays. */
const DEFAULT_PICTURES = 60_000
const MAXIMUM_DEFAULT_EPOCHS = 5

export interface Plan {
  readonly loader: DataLoader<'inputs' | 'targets'>
  /** Where the loader stands, and what was done before. */
  readonly progress: Progress
  /** A sentence where something was done before. */
  readonly introduction?: string
}

function defaultEpochs(pictures: number): number {
  return Math.max(1, Math.min(MAXIMUM_DEFAULT_EPOCHS, Math.round(DEFAULT_PICTURES / pictures)))
}

/** Whether the order of pictures is the one in which the saved training stopped. */
function isSameOrder(own: DataLoaderState, { progress, data }: Training, isBuiltIn: boolean): boolean {
  const { seed, batchSize, samples } = progress.position
  return (
    own.seed === seed &&
    own.batchSize === batchSize &&
    own.samples === samples &&
    data.isBuiltIn === isBuiltIn
  )
}

function describePlan({ progress, data }: Training, isContinued: boolean, steps: number): string {
  const { epoch, batch } = progress.position
  const past = `trained for ${epoch} whole epoch${epoch === 1 ? '' : 's'}`
  if (batch === 0) return `${past} on: ${data.description}`
  if (isContinued) return `${past}, interrupted in the next; goes on with its step ${batch + 1} of ${steps}`
  return `${past} and ${batch} steps; data, batch size or seed differ, so epoch ${epoch + 1} begins anew`
}

/**
 * Plans a training.
 *
 * @param epochs how many, from where it stands; default: what was left, or about 60,000 pictures in all
 */
export function planTraining(
  data: RunData,
  { batchSize, seed }: Settings,
  epochs: number | undefined,
  before: Training | undefined,
): Plan {
  const loader = new DataLoader(data.train, { batchSize, shuffle: true, seed })
  const start = loader.state()
  const isContinued = before !== undefined && isSameOrder(start, before, data.isBuiltIn)
  const epoch = before?.progress.position.epoch ?? 0
  const batch = isContinued ? before.progress.position.batch : 0
  const position = { ...start, epoch, batch }
  loader.restore(position)
  const left = (before?.progress.target ?? 0) - epoch
  const target = epoch + (epochs ?? (left > 0 ? left : defaultEpochs(data.train.length)))
  const partial = batch > 0 ? before?.progress.partial : undefined
  return {
    loader,
    progress: { position, target, rows: before?.progress.rows ?? [], ...(partial && { partial }) },
    ...(before && { introduction: describePlan(before, isContinued, loader.length ?? 0) }),
  }
}
