/**
 * `pnpm first-step [backend]`: builds, then measures how long a fresh Node process takes until its first training step is
 * done, beside a process that does nothing; medians of nine.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { build, root } from './run.mjs'

const RUNS = 9
const program = join(root, 'scripts', 'first-step', 'program.mjs')

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const now = () => performance.timeOrigin + performance.now()
const line = (name, milliseconds) =>
  console.log(`${name.padEnd(32)} ${milliseconds.toFixed(1).padStart(7)} ms`)

/** From the start of a process that does nothing to its end. */
function empty() {
  const start = now()
  execFileSync(process.execPath, ['-e', ''])
  return now() - start
}

/** From the start of a process to the end of its first step, and the parts that it tells of. */
function training() {
  const start = now()
  const told = JSON.parse(
    execFileSync(process.execPath, [program, ...process.argv.slice(2)], { encoding: 'utf8' }),
  )
  return { ...told, total: told.timeOrigin + told.first - start }
}

await build({ only: 'nabla' })
const runs = []
const nothing = []
for (let run = 0; run < RUNS; run++) {
  nothing.push(empty())
  runs.push(training())
}
line('a process that does nothing', median(nothing))
line('start to end of the first step', median(runs.map(({ total }) => total)))
for (const name of Object.keys(runs[0].parts)) line(`  ${name}`, median(runs.map(({ parts }) => parts[name])))
line('the second step', median(runs.map(({ second }) => second)))
