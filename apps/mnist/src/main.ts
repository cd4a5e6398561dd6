/**
 * The command-line program: trains, tests and uses digit classifiers.
 */
import { Command } from 'commander'
import { evaluate } from './commands/evaluate.js'
import { info } from './commands/info.js'
import { predict } from './commands/predict.js'
import { train } from './commands/train.js'
import { type CommonOptions, commonOptions, type TrainOptions, trainOptions } from './options.js'

function command(name: string, description: string): Command {
  const made = new Command(name).description(description)
  for (const option of commonOptions()) made.addOption(option)
  return made
}

const training = command('train', 'train a network, test it and save it').action((options: TrainOptions) =>
  train(options),
)
for (const option of trainOptions()) training.addOption(option)

const program = new Command('mnist')
  .description('Reads handwritten digits with networks trained by Nabla.')
  .showHelpAfterError('(add --help for all flags)')
  .addCommand(training, { isDefault: true })
  .addCommand(command('evaluate', 'test a saved model').action((options: CommonOptions) => evaluate(options)))
  .addCommand(
    command('predict', 'read a digit from a PNG picture')
      .argument('<file>', 'the picture')
      .action((file: string, options: CommonOptions) => predict(file, options)),
  )
  .addCommand(
    command('info', 'backends, data and the model').action((options: CommonOptions) => info(options)),
  )

try {
  await program.parseAsync()
} catch (error) {
  // Errors of ours explain themselves; anything else is a fault, whose stack is wanted.
  const isOurs = error instanceof Error && 'where' in error
  console.error(isOurs ? `\n${error.message}` : error)
  process.exitCode = 1
}
