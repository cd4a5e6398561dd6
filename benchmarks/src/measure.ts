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

async function collect(run: Run): Promise<number[]> {
  const inner = run.inner ?? 1
  const warmUntil = performance.now() + WARM_UP_MILLISECONDS
  let warm = 0
  do {
    for (let i = 0; i < inner; i++) await run.once()
    warm += 1
  } while (performance.now() < warmUntil || warm < 2)
  const samples: number[] = []
  const until = performance.now() + SAMPLE_MILLISECONDS
  while (
    (performance.now() < until || samples.length < MINIMUM_SAMPLES) &&
    samples.length < MAXIMUM_SAMPLES
  ) {
    const start = performance.now()
    for (let i = 0; i < inner; i++) {
      const pending = run.once()
      if (pending !== undefined) await pending
    }
    samples.push((performance.now() - start) / inner)
  }
  return samples.sort((a, b) => a - b)
}

/** Measures one row on the default backend, whose name is `backend`. */
export async function measure(row: Row, backend: string, mode: Mode): Promise<Result> {
  const run = await row.prepare(mode)
  const samples = await collect(run)
  run.dispose?.()
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
