/**
 * A profile as a file for chrome://tracing and https://ui.perfetto.dev, in the Chrome Trace Event format: its object
 * form, with a complete event for each kernel call on one thread.
 */
import type { ProfileEntry } from './profile.js'
import { gigabytesPerSecondOf, gigaflopsOf } from './profile-format.js'

/** How a trace is written. */
export interface ChromeTraceOptions {
  /** Names the process in the viewer; default `nabla`. */
  readonly name?: string
}

const PLACE = { pid: 1, tid: 1 } as const

function nameEvent(what: 'process_name' | 'thread_name', name: string): object {
  return { name: what, ph: 'M', ...PLACE, args: { name } }
}

/** Three decimals are more than any clock gives, and a file half as long. */
function rounded(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Number(rate.toFixed(3))
}

/** What has no value, such as a rate without a time, is left out by `JSON.stringify`. */
function kernelEvent(entry: ProfileEntry): object {
  return {
    name: entry.label,
    cat: entry.kind,
    ph: 'X',
    ts: entry.start,
    dur: entry.microseconds,
    ...PLACE,
    args: {
      kind: entry.kind,
      shape: entry.shape,
      'GFLOP/s': rounded(gigaflopsOf(entry)),
      'GB/s': rounded(gigabytesPerSecondOf(entry)),
      expression: entry.expression,
    },
  }
}

/**
 * The entries as the text of a trace file, about 300 bytes for each. Times are in microseconds since the profile began
 * or was reset; what lies between two calls is the time of everything else. For a backend that works asynchronously
 * and has no clock of its own they are times of queueing.
 *
 * @example await writeFile('trace.json', toChromeTrace(backend.entries(), { name: 'training' }))
 */
export function toChromeTrace(
  entries: readonly ProfileEntry[],
  { name = 'nabla' }: ChromeTraceOptions = {},
): string {
  const events = [
    nameEvent('process_name', name),
    nameEvent('thread_name', 'kernels'),
    ...entries.map(kernelEvent),
  ]
  const lines = events.map((event) => JSON.stringify(event)).join(',\n')
  return `{"displayTimeUnit":"ms","traceEvents":[\n${lines}\n]}\n`
}
