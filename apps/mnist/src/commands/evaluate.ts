/**
 * `pnpm mnist evaluate --model FILE`: tests a saved model.
 */
import { writeAtomically } from '../checkpoint.js'
import { loadData } from '../data.js'
import type { CommonOptions } from '../options.js'
import { chooseBackend, createPrinter, openForReading } from '../session.js'
import { showTest } from './show-test.js'

/** Tests a model on the test pictures of a source. */
export async function evaluate(options: CommonOptions): Promise<void> {
  const printer = createPrinter(options.quiet)
  const { backend, description } = await chooseBackend(options)
  printer.say(`  backend  ${description}`)
  const model = await openForReading(options.model)
  const data = await loadData(options)
  printer.say(`  data     ${data.description}`)
  const { loss, accuracy } = await showTest(model, data.test, printer)
  if (options.json === undefined) return
  const report = {
    backend: backend.name,
    data: { source: data.description, test: data.test.length },
    model: options.model,
    parameters: model.parameterCount,
    test: { loss, accuracy },
  }
  await writeAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`)
}
