/**
 * The command-line program: trains, tests and uses digit classifiers.
 */
import { run } from './program.js'
import { interruptible } from './session.js'

// `pnpm mnist | head` closes the pipe early; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await interruptible((signal) => run(process.argv.slice(2), { signal }))
