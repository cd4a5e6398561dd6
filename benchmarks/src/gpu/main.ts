/**
 * `pnpm bench:gpu`: what a GPU does. Bundled into one file, it needs nothing but Node and, for WebGPU, the package `webgpu`
 * beside it.
 */
import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { configure } from 'nabla'
import { type GpuResult, measureLoad, QUICK_SAMPLING, SAMPLING } from './measure.js'
import { gpuRows } from './rows.js'
import { GPU_SIZES, QUICK_SIZES } from './sizes.js'

const USAGE = `pnpm bench:gpu [--backend NAME] [--allow-software] [--quick] [--filter TEXT] [--json FILE]

  --backend NAME    where to compute (default: webgpu)
  --allow-software  let webgpu run on a GPU that software imitates
  --quick           everything small, to see that it runs; the figures then mean nothing
  --filter TEXT     only rows whose name contains TEXT; several separated by commas
  --json FILE       also write the rows { name, unit, value, milliseconds, queued }`

function format({ name, unit, value, milliseconds, queued }: GpuResult): string {
  return `${name.padEnd(34)} ${value.toPrecision(4).padStart(10)} ${unit.padEnd(8)} ${milliseconds.toFixed(4).padStart(12)} ms ${String(queued).padStart(6)}`
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'webgpu' },
      'allow-software': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      filter: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const { backend: name, quick, 'allow-software': allowSoftware } = values
  const { backend, description } = await configure(
    { seed: 1 },
    { flags: { backend: name, ...(allowSoftware && { allowSoftware }) } },
  )
  console.log(`backend: ${description}`)
  if (quick) console.log('everything is small: these figures mean nothing')
  console.log(`${'row'.padEnd(34)} ${'rate'.padStart(10)} ${''.padEnd(8)} ${'one run'.padStart(15)} queued`)
  const wanted = values.filter?.split(',') ?? ['']
  const results: GpuResult[] = []
  for (const row of gpuRows(backend, quick ? QUICK_SIZES : GPU_SIZES)) {
    if (!wanted.some((text) => row.name.includes(text))) continue
    const result = await measureLoad(row, quick ? QUICK_SAMPLING : SAMPLING)
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
