/**
 * `pnpm mnist info`: what there is — backends, data, and the model.
 */
import { describeBackends } from 'nabla'
import { loadData } from '../data.js'
import { isModelName } from '../models.js'
import { findSaved, openNew } from '../open-model.js'
import type { InfoFlags } from '../options.js'
import { chooseBackend } from '../session.js'
import { settingsFrom } from '../settings.js'

/** Prints backends with reasons, the data that a training would use, and a summary of the model. */
export async function info(flags: InfoFlags, signal?: AbortSignal): Promise<void> {
  const { description, seed } = await chooseBackend(flags)
  const saved = await findSaved(flags)
  console.log('Backends')
  for (const { name, available, reason, details } of await describeBackends()) {
    console.log(`  ${available ? '✓' : '✗'} ${name.padEnd(10)} ${reason}`)
    for (const line of details) console.log(`    ${''.padEnd(10)} ${line}`)
  }
  console.log(`  in use: ${description}`)
  // A model that is only found in the usual place says nothing about the next training.
  const before = flags.model === undefined || isModelName(flags.model) ? undefined : saved?.training.settings
  const settings = settingsFrom({ ...flags, seed }, before)
  const data = await loadData({ ...settings, signal })
  const count = (value: number): string => value.toLocaleString('en-US')
  console.log(`\nData\n  ${data.description}`)
  console.log(
    `  ${count(data.train.length)} pictures to train on, ${count(data.test.length)} to test; 28 × 28, ten classes`,
  )
  const model = saved?.model ?? openNew(flags, settings.seed).model
  if (saved === undefined) console.log(`\nModel: ${model.name}, untrained`)
  else {
    const { rows } = saved.training.progress
    console.log(
      `\nModel: ${model.name} from ${saved.file}, ${rows.length} epoch${rows.length === 1 ? '' : 's'} on: ${saved.training.data.description}`,
    )
  }
  console.log(`\n${model.summary()}`)
}
