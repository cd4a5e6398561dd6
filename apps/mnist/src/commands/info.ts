/**
 * `pnpm mnist info`: what there is — backends, data, and the model.
 */
import { describeBackends } from 'nabla'
import { loadData } from '../data.js'
import type { CommonOptions } from '../options.js'
import { chooseBackend, openForReading } from '../session.js'

/** Prints backends with reasons, the data that a training would use, and a summary of the model. */
export async function info(options: CommonOptions): Promise<void> {
  const { description } = await chooseBackend(options)
  console.log('Backends')
  for (const { name, available, reason } of await describeBackends()) {
    console.log(`  ${available ? '✓' : '✗'} ${name.padEnd(10)} ${reason}`)
  }
  console.log(`  in use: ${description}`)
  const data = await loadData(options)
  console.log(`\nData\n  ${data.description}`)
  console.log(`  ${data.train.length} pictures to train on, ${data.test.length} to test`)
  const model = await openForReading(options.model)
  console.log(`\nModel ${options.model}\n${model.summary()}`)
}
