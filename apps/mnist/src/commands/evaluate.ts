/**
 * `pnpm mnist evaluate`: tests a saved model.
 */
import { dirname } from 'node:path'
import { loadTestData } from '../data.js'
import { requireSaved } from '../open-model.js'
import type { EvaluateFlags } from '../options.js'
import { writeReport } from '../report/json.js'
import { chooseBackend, createPrinter, prepareFolder } from '../session.js'
import { settingsFrom } from '../settings.js'
import { introduce, showTest } from './show-test.js'

/** Tests a model on the test pictures of a source: by default those that it was tested on after training. */
export async function evaluate(flags: EvaluateFlags, signal?: AbortSignal): Promise<void> {
  const printer = createPrinter(flags.quiet)
  if (flags.json !== undefined) await prepareFolder('--json', dirname(flags.json))
  const { backend, description, seed } = await chooseBackend(flags)
  introduce(printer, description)
  const { model, training, file } = await requireSaved('evaluate', flags)
  printer.say(`  model    ${model.name} from ${file}, trained on: ${training.data.description}`)
  const settings = settingsFrom({ ...flags, seed }, training.settings)
  const data = await loadTestData({ ...settings, signal })
  const test = flags.limit === undefined ? data.test : data.test.take(flags.limit)
  printer.say(`  data     ${data.description}`)
  await writeReport(flags.json, {
    backend: backend.name,
    data: { source: data.description, train: training.data.train, test: test.length },
    model: model.name,
    parameters: model.parameterCount,
    seed: settings.seed,
    epochs: training.progress.rows,
    test: await showTest(model, test, printer, signal),
  })
}
