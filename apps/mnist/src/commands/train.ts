/**
 * `pnpm mnist train`: trains, tests, shows, and saves.
 */
import { join } from 'node:path'
import { type History, memory } from 'nabla'
import pc from 'picocolors'
import { type Checkpoint, saveCheckpoint, writeAtomically } from '../checkpoint.js'
import { loadData, type RunData } from '../data.js'
import type { TrainOptions } from '../options.js'
import { plotHistory } from '../report/plot.js'
import { chooseBackend, createPrinter, interruptSignal, openModel, type Printer } from '../session.js'
import { showTest } from './show-test.js'

/** Training pictures in all that a run without `--epochs` sees: about a minute on plain typed arrays. */
const DEFAULT_PICTURES = 60_000
const MAXIMUM_DEFAULT_EPOCHS = 5

function epochsFor({ epochs }: TrainOptions, pictures: number): number {
  return epochs ?? Math.max(1, Math.min(MAXIMUM_DEFAULT_EPOCHS, Math.round(DEFAULT_PICTURES / pictures)))
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** The epochs of a history in the form of the JSON report. */
function epochRows(history: History): object[] {
  return history.epochs.map(({ loss, accuracy = Number.NaN, seconds, samplesPerSecond }) => ({
    loss: round(loss, 6),
    accuracy: round(accuracy, 6),
    seconds: round(seconds, 3),
    samplesPerSecond: round(samplesPerSecond, 1),
  }))
}

interface Run {
  readonly options: TrainOptions
  readonly printer: Printer
  readonly backend: string
  readonly start: Checkpoint
  readonly data: RunData
}

async function introduce(options: TrainOptions, signal: AbortSignal): Promise<Run> {
  const printer = createPrinter(options.quiet)
  const { backend, description } = await chooseBackend(options)
  printer.say(`${pc.bold('Nabla ∇')}  reading handwritten digits`)
  printer.say(`  backend  ${description}`)
  const data = await loadData({ ...options, signal })
  printer.say(`  data     ${data.description}`)
  printer.say(
    `           ${data.train.length.toLocaleString('en-US')} pictures to train on, ${data.test.length.toLocaleString('en-US')} to test`,
  )
  const start = await openModel(options)
  if (start.epochs > 0)
    printer.say(`  model    ${options.model}, after ${start.epochs} epochs on: ${start.data}`)
  printer.say()
  printer.say(start.model.summary())
  return { options, printer, backend: backend.name, start, data }
}

async function fit({ options, start, data, printer }: Run, signal: AbortSignal): Promise<History> {
  const { model, optimizer, epochs: done } = start
  model.compile({ optimizer, loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy'] })
  const epochs = done + epochsFor(options, data.train.length)
  printer.say()
  return model.fit(data.train, {
    epochs,
    initialEpoch: done,
    batchSize: options.batchSize,
    seed: options.seed,
    verbose: options.quiet ? 0 : 'auto',
    signal,
  })
}

/** Trains a model and reports on it. */
export async function train(options: TrainOptions): Promise<void> {
  const { signal, release } = interruptSignal()
  const run = await introduce(options, signal)
  const { start, data, printer } = run
  const history = await fit(run, signal)
  release()
  const file = join(options.out, 'model.safetensors')
  const epochs = start.epochs + history.epochs.length
  await saveCheckpoint(file, { ...start, epochs, data: data.description, seed: options.seed })
  await writeAtomically(join(options.out, 'history.json'), `${JSON.stringify(epochRows(history), null, 2)}\n`)
  if (history.stopped === 'aborted') {
    console.log(
      `\nInterrupted. The model is saved after ${epochs} whole epochs and the steps since; go on with\n`,
    )
    console.log(`  pnpm mnist train --model ${file} --data ${options.data}\n`)
    process.exitCode = 130
    return
  }
  const plot = plotHistory(history)
  if (plot !== undefined) printer.say(`\n${plot}`)
  const test = await showTest(start.model, data.test, printer)
  printer.say(
    `\nSaved ${file} and history.json. Read a picture with: pnpm mnist predict picture.png --model ${file}`,
  )
  if (options.json !== undefined) await writeReport(options.json, run, history, test)
  const { peakBytes } = memory()
  printer.say(pc.dim(`Peak tensor memory ${(peakBytes / 2 ** 20).toFixed(0)} MiB.`))
}

async function writeReport(
  file: string,
  { backend, start, data, options }: Run,
  history: History,
  test: { readonly loss: number; readonly accuracy: number },
): Promise<void> {
  const report = {
    backend,
    data: { source: data.description, train: data.train.length, test: data.test.length },
    model: options.model,
    parameters: start.model.parameterCount,
    seed: options.seed,
    epochs: epochRows(history),
    test: { loss: round(test.loss, 6), accuracy: round(test.accuracy, 6) },
  }
  await writeAtomically(file, `${JSON.stringify(report, null, 2)}\n`)
}
