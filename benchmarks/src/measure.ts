/**
 * Measuring: a row is prepared once, warmed up, and repeated until there are enough samples or its time is up; the
 * median is reported, with the spread between the quartiles.
 */

/** How a row is computed: each operation by itself, or all together as a program captured by `jit`. */
export const MODES = ['eager', 'captured'] as const
export type Mode = (typeof MODES)[number]

/** One thing to measure. */
export interface Row {
  /** As in the table of peers, e.g. `matmul/512`. */
  readonly name: string
  readonly unit: 'ms' | 'us'
  /** Floating-point operations of one run, where a rate is of interest. */
  readonly operations?: number
  /** Makes what the row needs and returns one run in a mode; the run ends when its result is really there. */
  prepare(mode: Mode): Promise<Run> | Run
}

/** Does the work `inner` times (once by default) and returns when the result is there. */
export interface Run {
  /** How often the work is repeated within one sample: for what is too short to time once. */
  readonly inner?: number
  once(): void | Promise<void>
  dispose?(): void
}

export interface Result {
  readonly name: string
  readonly backend: string
  readonly mode: Mode
  /** In `unit`. */
  readonly median: number
  readonly unit: 'ms' | 'us'
  /** Distance between the quartiles, as a fraction of the median. */
  readonly spread: number
  readonly samples: number
  readonly gigaflops?: number
}

const WARM_UP_MILLISECONDS = 400
const SAMPLE_MILLISECONDS = 1500
const MINIMUM_SAMPLES = 5
const MAXIMUM_SAMPLES = 200

function quantile(sorted: readonly number[], at: number): number {
  const position = at * (sorted.length - 1)
  const low = sorted[Math.floor(position)] ?? Number.NaN
  const high = sorted[Math.ceil(position)] ?? low
  return low + (high - low) * (position - Math.floor(position))
}

async function warmUp({ inner = 1, once }: Run): Promise<void> {
  const until = performance.now() + WARM_UP_MILLISECONDS
  let warm = 0
  do {
    for (let i = 0; i < inner; i++) await once()
    warm += 1
  } while (performance.now() < until || warm < 2)
}

async function sampleOf({ inner = 1, once }: Run): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < inner; i++) {
    const pending = once()
    if (pending !== undefined) await pending
  }
  return (performance.now() - start) / inner
}

/** Samples of several runs in turn, so that whatever else the machine does falls on all of them alike. */
async function collect(runs: readonly Run[]): Promise<number[][]> {
  for (const run of runs) await warmUp(run)
  const samples = runs.map((): number[] => [])
  const until = performance.now() + SAMPLE_MILLISECONDS * runs.length
  for (let n = 0; n < MAXIMUM_SAMPLES && (performance.now() < until || n < MINIMUM_SAMPLES); n++) {
    for (const [position, run] of runs.entries()) samples[position]?.push(await sampleOf(run))
  }
  return samples.map((each) => each.sort((a, b) => a - b))
}

/** Measures one row in each of the modes on the default backend, whose name is `backend`. */
export async function measure(row: Row, backend: string, modes: readonly Mode[]): Promise<Result[]> {
  const runs: Run[] = []
  for (const mode of modes) runs.push(await row.prepare(mode))
  const samples = await collect(runs)
  for (const run of runs) run.dispose?.()
  return modes.map((mode, position) => resultOf(row, backend, mode, samples[position] ?? []))
}

function resultOf(row: Row, backend: string, mode: Mode, samples: readonly number[]): Result {
  const milliseconds = quantile(samples, 0.5)
  const spread = (quantile(samples, 0.75) - quantile(samples, 0.25)) / milliseconds
  return {
    name: row.name,
    backend,
    mode,
    median: row.unit === 'us' ? milliseconds * 1000 : milliseconds,
    unit: row.unit,
    spread,
    samples: samples.length,
    ...(row.operations !== undefined && { gigaflops: row.operations / milliseconds / 1e6 }),
  }
}
