/**
 * The measuring of the peers on GPUs, as in ../../src/gpu/measure.ts: so many runs that a sample takes a while are queued one
 * behind the other, and the clock stops when the device has done them all.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { filter: { type: 'string' }, json: { type: 'string' }, quick: { type: 'boolean', default: false } },
})

/** Whether everything is small, to see that it runs; the figures then mean nothing. */
export const { quick } = values

/** Sizes as in ../../src/gpu/sizes.ts. */
export const SIZES = quick
  ? { squares: [64, 100], rows: 256, columns: 128, mlp: 8, cnn: 4, inference: 16, batch: 1, sequence: 16 }
  : {
      squares: [256, 512, 625, 1000, 1021, 1024, 2048, 4096, 8192],
      rows: 16_384,
      columns: 4096,
      mlp: 128,
      cnn: 64,
      inference: 256,
      batch: 8,
      sequence: 128,
    }

const SAMPLE_MILLISECONDS = quick ? 20 : 200
const SAMPLES = quick ? 3 : 7
const MOST_QUEUED = 1000

async function timeOf({ enqueue, finish }, runs) {
  const start = performance.now()
  for (let i = 0; i < runs; i++) await enqueue()
  await finish()
  return performance.now() - start
}

const STATED = {
  'TFLOP/s': (work, milliseconds) => work / milliseconds / 1e9,
  'GB/s': (work, milliseconds) => work / milliseconds / 1e6,
  ms: (work, milliseconds) => milliseconds / work,
  us: (work, milliseconds) => (milliseconds / work) * 1000,
}

async function measure({ work = 1, unit, prepare }) {
  const queue = await prepare()
  await timeOf(queue, 1)
  await timeOf(queue, 3)
  const single = (await timeOf(queue, 3)) / 3
  const queued = Math.max(1, Math.min(MOST_QUEUED, Math.round(SAMPLE_MILLISECONDS / single)))
  const samples = []
  for (let sample = 0; sample < SAMPLES; sample++) samples.push((await timeOf(queue, queued)) / queued)
  queue.dispose?.()
  const milliseconds = samples.sort((a, b) => a - b)[SAMPLES >> 1]
  return { value: STATED[unit](work, milliseconds), milliseconds, queued }
}

/** Measures rows `{ name, unit, work, prepare }`, where `prepare` gives `{ enqueue, finish, dispose }`, and prints them. */
export async function measureLoads(library, rows) {
  console.log(library)
  const results = []
  const wanted = values.filter?.split(',') ?? ['']
  for (const row of rows) {
    const { name, unit } = row
    if (!wanted.some((text) => name.includes(text))) continue
    try {
      const { value, milliseconds, queued } = await measure(row)
      results.push({ name, library, unit, value, milliseconds, queued })
      console.log(
        `${name.padEnd(34)} ${value.toPrecision(4).padStart(10)} ${unit.padEnd(8)} ${milliseconds.toFixed(4).padStart(12)} ms ${String(queued).padStart(6)}`,
      )
    } catch (error) {
      console.log(`${name.padEnd(34)} does not run: ${error.message.split('\n')[0]}`)
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
}
