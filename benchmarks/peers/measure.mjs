/**
 * The measuring of the peers: warm-up, median and quartile spread, as in ../src/measure.ts.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { filter: { type: 'string' }, json: { type: 'string' } } })

const quantile = (sorted, at) => {
  const position = at * (sorted.length - 1)
  const low = sorted[Math.floor(position)]
  return low + (sorted[Math.ceil(position)] - low) * (position - Math.floor(position))
}

async function collect({ once, inner = 1 }) {
  const warmUntil = performance.now() + 400
  let warm = 0
  do {
    for (let i = 0; i < inner; i++) await once()
    warm += 1
  } while (performance.now() < warmUntil || warm < 2)
  const samples = []
  const until = performance.now() + 1500
  while ((performance.now() < until || samples.length < 5) && samples.length < 200) {
    const start = performance.now()
    for (let i = 0; i < inner; i++) {
      const pending = once()
      if (pending !== undefined) await pending
    }
    samples.push((performance.now() - start) / inner)
  }
  return samples.sort((a, b) => a - b)
}

/** Measures rows `{ name, unit, prepare }` one after the other and prints them. */
export async function measureAll(backend, rows) {
  const results = []
  const wanted = values.filter?.split(',') ?? ['']
  for (const { name, unit = 'ms', prepare } of rows) {
    if (!wanted.some((text) => name.includes(text))) continue
    const samples = await collect(await prepare())
    const milliseconds = quantile(samples, 0.5)
    const median = unit === 'us' ? milliseconds * 1000 : milliseconds
    const spread = (quantile(samples, 0.75) - quantile(samples, 0.25)) / milliseconds
    results.push({ name, backend, median, unit, spread })
    console.log(`${name.padEnd(26)} ${median.toPrecision(4).padStart(10)} ${unit}`)
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
}
