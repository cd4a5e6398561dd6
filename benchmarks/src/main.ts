/**
 * `pnpm bench [--backend NAME] [--filter TEXT] [--json FILE]`: measures the rows under which the peers were measured.
 */
import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { configure } from 'nabla'
import { measure, type Result } from './measure.js'
import { operationRows } from './rows/operations.js'
import { trainingRows } from './rows/training.js'
import { transformerRows } from './rows/transformer.js'

const USAGE = `pnpm bench [--backend NAME] [--filter TEXT] [--json FILE]

  --backend NAME  where to compute (default: auto)
  --filter TEXT   only rows whose name contains TEXT; several separated by commas
  --json FILE     also write the rows { name, backend, median, unit, spread }`

function format(result: Result): string {
  const rate = result.gigaflops === undefined ? '' : `${result.gigaflops.toFixed(2)} GFLOP/s`
  const median = `${result.median.toPrecision(4)} ${result.unit}`
  const spread = `±${(50 * result.spread).toFixed(0)} %`
  return `${result.name.padEnd(26)} ${median.padStart(14)} ${spread.padStart(7)} ${String(result.samples).padStart(5)} ${rate.padStart(16)}`
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string' },
      filter: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const { backend, description } = await configure(
    { seed: 1 },
    { flags: values.backend ? { backend: values.backend } : {} },
  )
  const wanted = values.filter?.split(',') ?? ['']
  const rows = [...operationRows, ...trainingRows, ...transformerRows].filter(({ name }) =>
    wanted.some((text) => name.includes(text)),
  )
  console.log(`backend: ${description}\n${'row'.padEnd(26)} ${'median'.padStart(14)}  spread     n`)
  const results: Result[] = []
  for (const row of rows) {
    const result = await measure(row, backend.name)
    results.push(result)
    console.log(format(result))
  }
  if (values.json !== undefined) {
    const temporary = `${values.json}.part`
    await writeFile(temporary, `${JSON.stringify(results, null, 2)}\n`)
    await rename(temporary, values.json)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  console.error(`\n${USAGE}`)
  process.exitCode = 1
})
