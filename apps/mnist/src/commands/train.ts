/**
 * `pnpm mnist train`: trains, tests, shows, and saves.
 */
import { dirname, join } from 'node:path'
import { type Backend, type Callback, memory } from 'nabla'
import pc from 'picocolors'
import { writeAtomically } from '../checkpoint.js'
import { loadData } from '../data.js'
import { openNew, openSaved, outOf } from '../open-model.js'
import type { TrainFlags } from '../options.js'
import { writeReport } from '../report/json.js'
import { plotCurve } from '../report/plot.js'
import { showProfile } from '../report/profile.js'
import {
  asArgument,
  chooseBackend,
  createPrinter,
  measureBackend,
  type Printer,
  prepareFolder,
} from '../session.js'
import { DEFAULT_OUT, MODEL_FILE, settingsFrom } from '../settings.js'
import { EpochProfile } from '../training/epoch-profile.js'
import { type Fitted, type Fitting, fitModel } from '../training/fit.js'
import { planTraining } from '../training/plan.js'
import { introduce, showTest } from './show-test.js'

/** What the program runs in. */
export interface Surroundings {
  /** Interrupts. */
  readonly signal?: AbortSignal
  /** Look on at the training. */
  readonly callbacks?: readonly Callback[]
}

interface Run extends Fitting {
  readonly backend: Backend
  readonly printer: Printer
  readonly profile: EpochProfile | undefined
}

async function prepare(flags: TrainFlags, { signal, callbacks = [] }: Surroundings): Promise<Run> {
  const printer = createPrinter(flags.quiet)
  const out = outOf(flags)
  await prepareFolder('--out', out)
  if (flags.json !== undefined) await prepareFolder('--json', dirname(flags.json))
  if (typeof flags.profile === 'string') await prepareFolder('--profile', dirname(flags.profile))
  const { backend, description, seed } = await chooseBackend(flags)
  const profile = flags.profile === undefined ? undefined : new EpochProfile(measureBackend(backend))
  introduce(printer, description)
  const saved = await openSaved(flags)
  const settings = settingsFrom({ ...flags, seed }, saved?.training?.settings)
  const onDownload = (fraction: number): void =>
    printer.status(`  data     downloading MNIST, ${Math.round(100 * fraction)} %`)
  printer.status('  data     looking for it …')
  const data = await loadData({ ...settings, signal, onDownload })
  const count = (value: number): string => value.toLocaleString('en-US')
  printer.say(`  data     ${data.description}`)
  printer.say(
    `           ${count(data.train.length)} pictures to train on, ${count(data.test.length)} to test`,
  )
  const opened = saved ?? openNew(flags, settings.seed)
  const plan = planTraining(data, settings, flags.epochs, opened.training)
  const { name } = opened.model
  const origin = flags.model === undefined || flags.model === name ? '' : ` from ${flags.model}`
  printer.say(`  model    ${name}${origin}, ${plan.introduction ?? 'new'}`)
  printer.say(
    `  training ${opened.optimizer.name}, learning rate ${opened.optimizer.learningRate}, ${
      settings.batchSize === 'full' ? 'all pictures' : `${settings.batchSize} pictures`
    } per step, seed ${settings.seed}`,
  )
  printer.say(`\n${opened.model.summary()}\n`)
  const file = join(out, MODEL_FILE)
  return {
    backend,
    printer,
    profile,
    opened,
    data,
    settings,
    plan,
    file,
    quiet: printer.quiet,
    signal,
    // First of all, so that what others do when an epoch ends is not counted in it.
    callbacks: profile === undefined ? callbacks : [profile, ...callbacks],
  }
}

/** Says what an interrupted training leaves and how to go on with it. */
function explainInterruption({ file, plan }: Run, { progress }: Fitted): void {
  const { position, target } = progress
  const { epoch, batch } = position
  const where =
    batch === 0
      ? `after epoch ${epoch} of ${target}`
      : `in epoch ${epoch + 1} of ${target}, after step ${batch} of ${plan.loader.length}`
  console.log(`\nInterrupted ${where}. All of it is saved.`)
  console.log('To go on from that very step, with the same data and settings:\n')
  console.log(`  pnpm mnist train --model ${asArgument(file)}\n`)
}

/** Tests what was trained. */
async function conclude(run: Run, fitted: Fitted, json: string | undefined): Promise<void> {
  const { backend, printer, opened, data, settings, file, signal } = run
  const { model } = opened
  const rows = fitted.progress.rows
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0)
  printer.say(
    pc.dim(
      `\nTrained for ${seconds.toFixed(1)} s; peak tensor memory ${(memory().peakBytes / 2 ** 20).toFixed(0)} MiB.`,
    ),
  )
  const plot = plotCurve(fitted.curve)
  if (plot !== undefined) printer.say(`\n${plot}`)
  const test = await showTest(model, data.test, printer, signal)
  await writeReport(json, {
    backend: backend.name,
    data: { source: data.description, train: data.train.length, test: data.test.length },
    model: model.name,
    parameters: model.parameterCount,
    seed: settings.seed,
    epochs: rows,
    test,
  })
  printer.say(`\nSaved ${file} and history.json beside it. To read a digit from a picture of yours:\n`)
  const isUsual = file === join(DEFAULT_OUT, MODEL_FILE)
  printer.say(`  pnpm mnist predict picture.png${isUsual ? '' : ` --model ${asArgument(file)}`}`)
}

/** Shows what `--profile` asked for, if there was an epoch to measure. */
async function concludeProfile(
  { backend, printer, profile }: Run,
  flag: string | true = true,
): Promise<void> {
  if (profile?.last === undefined) return
  const file = flag === true ? undefined : flag
  const isQueueing = !backend.capabilities.synchronousRead && backend.timed === undefined
  await showProfile(profile.last, file, printer, isQueueing)
}

/** Trains a model and reports on it. */
export async function train(flags: TrainFlags, surroundings: Surroundings): Promise<void> {
  const { signal } = surroundings
  const run = await prepare(flags, surroundings)
  const fitted = await fitModel(run)
  const history = `${JSON.stringify(fitted.progress.rows, null, 2)}\n`
  await writeAtomically(join(dirname(run.file), 'history.json'), history)
  if (fitted.interrupted) {
    await concludeProfile(run, flags.profile)
    explainInterruption(run, fitted)
    return
  }
  try {
    await conclude(run, fitted, flags.json)
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    console.log(
      '\nInterrupted while testing; the training was complete, and its model is saved. To test it:\n',
    )
    console.log(`  pnpm mnist evaluate --model ${asArgument(run.file)}\n`)
  }
  await concludeProfile(run, flags.profile)
}
