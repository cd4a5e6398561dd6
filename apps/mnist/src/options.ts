/**
 * The command line of `pnpm mnist`: flags and their meaning, read with commander. No flag has a value unless it was
 * given; what holds otherwise is decided in `settings.ts`, since a saved model has settings of its own.
 */
import { InvalidArgumentError, Option } from 'commander'
import { OPTIMIZERS, type OptimizerName } from 'nabla'
import { DEFAULT_OUT, DEFAULTS, TRACED_CALLS } from './settings.js'

interface CommonFlags {
  readonly backend?: string
  readonly allowSoftware?: boolean
  readonly model?: string
  readonly out?: string
  readonly seed?: number
}

interface ReportFlags {
  readonly json?: string
  readonly quiet?: boolean
}

interface DataFlags {
  readonly data?: string
  readonly testData?: string
  readonly limit?: number
}

export interface TrainFlags extends CommonFlags, ReportFlags, DataFlags {
  readonly batchSize?: number | 'full'
  readonly epochs?: number
  readonly optimizer?: OptimizerName
  readonly learningRate?: number
  /** The file of the trace, or `true` for the table alone. */
  readonly profile?: string | true
}

export interface EvaluateFlags extends CommonFlags, ReportFlags, DataFlags {}
export interface PredictFlags extends Omit<CommonFlags, 'seed'>, ReportFlags {}
export interface InfoFlags extends CommonFlags, DataFlags {}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
  }
}

function positiveNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number greater than 0.')
}

function batchSize(text: string): number | 'full' {
  if (text === 'full') return text
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError("Expected a whole number of at least 1, or 'full'.")
}

const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS)

const backend = (names: readonly string[]): Option[] => [
  new Option(
    '--backend <name>',
    `where to compute: auto, ${names.join(', ')}, or names in order of preference, separated by commas (default: auto)`,
  ),
  new Option('--allow-software', 'let webgpu run on a GPU that software imitates, which is slow: for tests'),
]
const dataOptions = (limit: string): Option[] => [
  new Option(
    '--data <source>',
    `auto, mnist, digits (built in), or a folder with the MNIST files (default: ${DEFAULTS.data}, which is MNIST if it can be had and else digits)`,
  ),
  new Option(
    '--test-data <source>',
    'test on other data than trained on: digits, mnist, or a folder (default: as --data)',
  ),
  new Option('--limit <n>', limit).argParser(wholeNumber(1)),
]
const seed = (decides: string): Option =>
  new Option('--seed <n>', `decides ${decides} (default: ${DEFAULTS.seed}, or the saved model's)`).argParser(
    wholeNumber(0),
  )
const reportOptions = (): Option[] => [
  new Option('--json <file>', 'write the results as JSON'),
  new Option('--quiet', 'print the result only'),
]
const savedModel = (): Option[] => [
  new Option('--model <name|file>', 'the file of a saved model, or the mlp or cnn saved in --out'),
  new Option('--out <folder>', `where to look for the saved model (default: ${DEFAULT_OUT})`),
]

export const trainOptions = (backends: readonly string[]): Option[] => [
  ...backend(backends),
  new Option('--model <name|file>', 'mlp, cnn, or a saved model to go on with (default: mlp)'),
  ...dataOptions('use only the first n training pictures; of the built-in digits, make n'),
  new Option(
    '--epochs <n>',
    'times through the training pictures; for a saved model, further times (default: what an interruption left, else about 60,000 pictures in all)',
  ).argParser(wholeNumber(1)),
  new Option('--batch-size <n|full>', `pictures per step (default: ${DEFAULTS.batchSize})`).argParser(
    batchSize,
  ),
  new Option('--optimizer <name>', 'how weights follow gradients (default: adam)').choices(OPTIMIZER_NAMES),
  new Option('--learning-rate <rate>', "step size (default: the optimizer's own)").argParser(positiveNumber),
  seed('the weights, the order of the pictures, and the built-in digits'),
  new Option(
    '--out <folder>',
    `where the model and its history are written (default: ${DEFAULT_OUT}, or where the saved model is)`,
  ),
  new Option(
    '--profile [file]',
    `measure every kernel call, and print a table of those of the last epoch at the end; with a file, also write the first ${TRACED_CALLS.toLocaleString('en-US')} of them there as a trace for chrome://tracing or Perfetto`,
  ),
  ...reportOptions(),
]

export const evaluateOptions = (backends: readonly string[]): Option[] => [
  ...backend(backends),
  ...savedModel(),
  ...dataOptions('test on the first n pictures only'),
  seed('the built-in digits'),
  ...reportOptions(),
]

export const predictOptions = (backends: readonly string[]): Option[] => [
  ...backend(backends),
  ...savedModel(),
  ...reportOptions(),
]

export const infoOptions = (backends: readonly string[]): Option[] => [
  ...backend(backends),
  ...savedModel(),
  ...dataOptions('as in train: use only the first n training pictures'),
  seed('the built-in digits'),
]
