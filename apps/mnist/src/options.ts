/**
 * The command line of `pnpm mnist`: flags, their meaning and their defaults, read with commander.
 */
import { InvalidArgumentError, Option } from 'commander'
import type { OptimizerName } from 'nabla'

export interface CommonOptions {
  readonly backend?: string
  readonly model: string
  readonly data: string
  readonly testData?: string
  readonly batchSize: number | 'full'
  readonly limit?: number
  readonly out: string
  readonly json?: string
  readonly quiet: boolean
  readonly seed: number
}

export interface TrainOptions extends CommonOptions {
  readonly epochs?: number
  readonly optimizer: OptimizerName
  readonly learningRate?: number
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
  }
}

function positiveNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number greater than 0.')
}

function batchSize(text: string): number | 'full' {
  return text === 'full' ? 'full' : wholeNumber(1)(text)
}

const OPTIMIZER_NAMES: readonly OptimizerName[] = [
  'sgd',
  'rmsprop',
  'adagrad',
  'adadelta',
  'adam',
  'adamw',
  'adamax',
  'nadam',
  'lion',
]

/** Flags that every command has. */
export function commonOptions(): Option[] {
  return [
    new Option('--backend <name>', 'where to compute: auto, cpu, or names in order of preference (cpu,…)'),
    new Option('--model <name|file>', 'mlp, cnn, or a saved model to go on with').default('mlp'),
    new Option('--data <source>', 'auto, mnist, digits (built in), or a folder with the MNIST files').default(
      'auto',
    ),
    new Option('--test-data <source>', 'test on other data than trained on: digits, mnist, or a folder'),
    new Option('--batch-size <n|full>', 'pictures per step').argParser(batchSize).default(128),
    new Option('--limit <n>', 'use only the first n training pictures').argParser(wholeNumber(1)),
    new Option('--seed <n>', 'decides the weights, the order and the built-in digits')
      .argParser(wholeNumber(0))
      .default(1),
    new Option('--out <folder>', 'where the model and its history are written').default('runs/mnist'),
    new Option('--json <file>', 'write the results as JSON'),
    new Option('--quiet', 'print the result only').default(false),
  ]
}

/** Flags of training. */
export function trainOptions(): Option[] {
  return [
    new Option(
      '--epochs <n>',
      'times through the training pictures (default: about 60,000 pictures in all)',
    ).argParser(wholeNumber(1)),
    new Option('--optimizer <name>', 'how weights follow gradients').choices(OPTIMIZER_NAMES).default('adam'),
    new Option('--learning-rate <rate>', "default: the optimizer's own").argParser(positiveNumber),
  ]
}
