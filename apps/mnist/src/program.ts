/**
 * The commands, and running one: from arguments to an exit code. Nothing here ends the process, so that tests can call
 * it as a function.
 */
import { Command, CommanderError, type Option } from 'commander'
import { backendNames, NablaError } from 'nabla'
import { evaluate } from './commands/evaluate.js'
import { info } from './commands/info.js'
import { predict } from './commands/predict.js'
import { type Surroundings, train } from './commands/train.js'
import {
  type EvaluateFlags,
  evaluateOptions,
  type InfoFlags,
  infoOptions,
  type PredictFlags,
  predictOptions,
  type TrainFlags,
  trainOptions,
} from './options.js'

/** As a shell counts a process that Ctrl-C ended: 128 + the signal's number. */
export const INTERRUPTED = 130

const COMMANDS = ['train', 'evaluate', 'predict', 'info', 'help']

function describeCommands(backends: readonly string[], surroundings: Surroundings): Command {
  const program = new Command('pnpm mnist')
    .description('Reads handwritten digits with networks trained by Nabla.')
    .showHelpAfterError('(add --help for all flags)')
    .exitOverride()
  const add = (command: Command, options: readonly Option[]): Command => {
    for (const option of options) command.addOption(option)
    return command
  }
  const training = program
    .command('train', { isDefault: true })
    .description('train a network, test it and save it')
    .action((flags: TrainFlags) => train(flags, surroundings))
  add(training, trainOptions(backends))
  add(program.command('evaluate'), evaluateOptions(backends))
    .description('test a saved model')
    .action((flags: EvaluateFlags) => evaluate(flags, surroundings.signal))
  add(program.command('predict'), predictOptions(backends))
    .description('read a digit from a picture')
    .argument('<file>', 'a PNG picture of one digit, dark on light or light on dark')
    .action((file: string, flags: PredictFlags) => predict(file, flags))
  add(program.command('info'), infoOptions(backends))
    .description('show backends, data and the model')
    .action((flags: InfoFlags) => info(flags, surroundings.signal))
  program.addHelpText('after', () => `\nWithout a command it trains:\n\n${training.helpInformation()}`)
  return program
}

/** A first word that is no command would be taken for an argument of `train`. */
function requireCommand([first]: readonly string[]): void {
  if (first === undefined || first.startsWith('-') || COMMANDS.includes(first)) return
  throw new CommanderError(
    1,
    'mnist.unknownCommand',
    `error: unknown command '${first}'; the commands are ${COMMANDS.join(', ')}`,
  )
}

/** Errors that explain themselves; anything else is a fault, whose stack is wanted. */
function complain(error: unknown): void {
  const explains =
    error instanceof NablaError || (error instanceof Error && 'code' in error && 'syscall' in error)
  console.error(explains ? `\n${error.message}` : error)
}

/**
 * Runs the program.
 *
 * @returns the exit code: 0, 1 for an error, 130 after an interruption
 * @example await run(['train', '--epochs', '1'])
 */
export async function run(args: readonly string[], surroundings: Surroundings = {}): Promise<number> {
  const { signal } = surroundings
  try {
    requireCommand(args)
    const program = describeCommands(backendNames(), surroundings)
    await program.parseAsync(args, { from: 'user' })
    return signal?.aborted ? INTERRUPTED : 0
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'mnist.unknownCommand') console.error(error.message)
      return error.exitCode
    }
    if (signal?.aborted && error === signal.reason) {
      console.log('\nInterrupted before there was anything to save.')
      return INTERRUPTED
    }
    complain(error)
    return 1
  }
}
