/**
 * The training itself: `fit`, saving after every epoch and when interrupted.
 */
import type { Callback, EpochLog } from 'nabla'
import { type Progress, saveCheckpoint } from '../checkpoint.js'
import type { RunData } from '../data.js'
import type { Opened } from '../open-model.js'
import type { Settings } from '../settings.js'
import type { Plan } from './plan.js'
import { joinParts, partOf, rowOf } from './rows.js'
import { type CurvePoint, LOSS, Watch } from './watch.js'

export interface Fitting {
  readonly opened: Opened
  readonly data: RunData
  readonly settings: Settings
  readonly plan: Plan
  /** Where the model is saved. */
  readonly file: string
  readonly quiet: boolean
  readonly signal?: AbortSignal | undefined
  readonly callbacks?: readonly Callback[] | undefined
}

export interface Fitted {
  readonly progress: Progress
  readonly interrupted: boolean
  readonly curve: readonly CurvePoint[]
}

/** Progress after an interruption; if that was after the last step of an epoch, the epoch is whole. */
function interruptedProgress(before: Progress, { loader }: Plan, watch: Watch): Progress {
  if (watch.partial === undefined) return before
  const { rows, target } = before
  const position = loader.state()
  const partial = joinParts(before.partial, watch.partial)
  if (position.batch < (loader.length ?? 0)) return { rows, target, position, partial }
  const next = { ...position, epoch: position.epoch + 1, batch: 0 }
  return { rows: [...rows, rowOf(partial)], target, position: next }
}

/** Trains according to a plan. */
export async function fitModel({
  opened,
  data,
  settings,
  plan,
  file,
  quiet,
  signal,
  callbacks = [],
}: Fitting): Promise<Fitted> {
  const { model, optimizer } = opened
  const { loader } = plan
  let progress = plan.progress
  const {
    position: { epoch: initialEpoch },
    target,
  } = progress
  const watch = new Watch(loader, target - initialEpoch, signal)
  const save = (): Promise<void> => {
    const { description, isBuiltIn, train } = data
    const training = { settings, progress, data: { description, isBuiltIn, train: train.length } }
    return saveCheckpoint(file, { model, optimizer, training })
  }
  const saving: Callback = {
    async onEpochEnd(_epoch: number, log: EpochLog) {
      const row = rowOf(joinParts(progress.partial, partOf(log)))
      progress = { rows: [...progress.rows, row], target, position: loader.state() }
      await save()
    },
  }
  model.compile({ optimizer, loss: LOSS, metrics: [watch.accuracy] })
  const { stopped } = await model.fit(loader, {
    epochs: target,
    initialEpoch,
    verbose: quiet ? 0 : 'auto',
    callbacks: [...callbacks, watch, saving],
    signal: watch.signal,
  })
  const interrupted = stopped === 'aborted'
  if (interrupted) {
    progress = interruptedProgress(progress, plan, watch)
    await save()
  }
  return { progress, interrupted, curve: watch.curve }
}
