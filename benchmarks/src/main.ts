/**
 * `pnpm bench [--backend NAME] [--filter TEXT] [--mode MODE] [--json FILE]`: measures the rows under which the peers were measured.
 */
import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { configure } from 'nabla'
import { MODES, measure, type Result } from './measure.js'
import { reportMemory } from './memory.js'
import { operationRows } from './rows/operations.js'
import { trainingRows } from './rows/training.js'
import { transformerRows } from './rows/transformer.js'

const USAGE = `pnpm bench [--backend NAME] [--filter TEXT] [--mode MODE] [--json FILE]

  --backend NAME  where to compute (default: auto)
  --filter TEXT   only rows whose name contains TEXT; several separated by commas
  --mode MODE     eager, captured or both (default): each operation by itself, or programs captured by jit
  --memory        instead of times: the memory of one training step, eager, captured and with checkpoints
  --json FILE     also write the rows { name, backend, mode, median, unit, spread }`

function format(result: Result): string {
  const rate = result.gigaflops === undefined ? '' : `${result.gigaflops.toFixed(2)} GFLOP/s`
  const median = `${result.median.toPrecision(4)} ${result.unit}`
  const spread = `±${(50 * result.spread).toFixed(0)} %`
  return `${result.name.padEnd(26)} ${result.mode.padEnd(8)} ${median.padStart(14)} ${spread.padStart(7)} ${String(result.samples).padStart(5)} ${rate.padStart(16)}`
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string' },
      filter: { type: 'string' },
      mode: { type: 'string', default: 'both' },
      json: { type: 'string' },
      memory: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  if (values.memory) {
    reportMemory()
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
  const modes = MODES.filter((mode) => values.mode === 'both' || values.mode === mode)
  if (modes.length === 0) throw new Error(`--mode: expected eager, captured or both; received ${values.mode}`)
  console.log(
    `backend: ${description}\n${'row'.padEnd(26)} ${'mode'.padEnd(8)} ${'median'.padStart(14)}  spread     n`,
  )
  const results: Result[] = []
  for (const row of rows) {
    for (const result of await measure(row, backend.name, modes)) {
      results.push(result)
      console.log(format(result))
    }
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
