/**
 * `pnpm bench:gpu [--backend NAME] [--filter TEXT] [--json FILE]`: what a GPU does. Bundled into one file, it needs nothing
 * but Node and, for WebGPU, the package `webgpu` beside it.
 */
import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { configure } from 'nabla'
import { type GpuResult, measureLoad } from './measure.js'
import { gpuRows } from './rows.js'

const USAGE = `pnpm bench:gpu [--backend NAME] [--filter TEXT] [--json FILE]

  --backend NAME    where to compute (default: webgpu)
  --filter TEXT     only rows whose name contains TEXT; several separated by commas
  --json FILE       also write the rows { name, unit, value, milliseconds, queued }`

function format({ name, unit, value, milliseconds, queued }: GpuResult): string {
  return `${name.padEnd(34)} ${value.toPrecision(4).padStart(10)} ${unit.padEnd(8)} ${milliseconds.toFixed(4).padStart(12)} ms ${String(queued).padStart(6)}`
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'webgpu' },
      filter: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const { backend, description } = await configure({ seed: 1 }, { flags: { backend: values.backend } })
  console.log(`backend: ${description}`)
  console.log(`${'row'.padEnd(34)} ${'rate'.padStart(10)} ${''.padEnd(8)} ${'one run'.padStart(15)} queued`)
  const wanted = values.filter?.split(',') ?? ['']
  const results: GpuResult[] = []
  for (const row of gpuRows(backend)) {
    if (!wanted.some((text) => row.name.includes(text))) continue
    const result = await measureLoad(row)
    results.push(result)
    console.log(format(result))
  }
  if (values.json !== undefined) {
    await writeFile(`${values.json}.part`, `${JSON.stringify(results, null, 2)}\n`)
    await rename(`${values.json}.part`, values.json)
  }
  await backend.dispose()
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
