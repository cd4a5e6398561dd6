/**
 * Progress: what `fit` and `evaluate` show while they run. A bar on a terminal, lines elsewhere, nothing when silent.
 */
import { formatCount, formatSeconds, formatValue } from './format.js'
import type { Verbosity } from './options.js'

/** How far a pass has come. */
export interface Progress {
  readonly step: number
  readonly seconds: number
  readonly samples: number
  readonly values: Readonly<Record<string, number>>
}

export interface Reporter {
  /** Whether updates within a pass are shown, and so worth reading values back for. */
  readonly live: boolean
  /** @param steps of the pass, if known */
  begin(title: string, steps: number | undefined): void
  update(progress: Progress): void
  end(progress: Progress): void
  /** Leaves the line of a pass that will not end; does nothing otherwise. */
  interrupt(): void
}

/** What is written to: the standard output, or a stand-in for it. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

function standardOutput(): Output | undefined {
  const { process } = globalThis as { process?: { stdout?: Output } }
  return process?.stdout
}

const BAR = 24

/** A bar of `width` characters. @example bar(0.5, 4) // '━━──' */
function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, fraction) * width)
  return '━'.repeat(filled) + '─'.repeat(width - filled)
}

/** `1,234 samples/s · loss 0.1234 · accuracy 0.9876` */
function figures({ samples, seconds, values }: Progress): string {
  const named = Object.entries(values).map(([name, value]) => `${name} ${formatValue(value)}`)
  return [`${formatCount(samples / seconds)} samples/s`, ...named].join(' · ')
}

/** `  7/313 ━━─── 12s left`, or `7/? 3.2s` while nobody knows how many there are. */
function position({ step, seconds }: Progress, steps: number | undefined): string {
  if (steps === undefined || step > steps) return `${step}/? ${formatSeconds(seconds)}`
  const left = formatSeconds((seconds / step) * (steps - step))
  return `${String(step).padStart(String(steps).length)}/${steps} ${bar(step / steps, BAR)} ${left} left`
}

/** One line that is overwritten while a pass runs. */
function barReporter(output: Output): Reporter {
  let steps: number | undefined
  /** Characters of the open line. */
  let width = 0
  const show = (line: string): void => {
    // One column stays free: a full line would wrap, and the carriage return not come back to its start.
    const cut = line.slice(0, Math.max(1, (output.columns || 120) - 1))
    output.write(`\r${cut.padEnd(Math.min(width, (output.columns || 120) - 1))}`)
    width = cut.length
  }
  const close = (): void => {
    if (width > 0) output.write('\n')
    width = 0
  }
  return {
    live: true,
    begin(title, total) {
      close()
      steps = total
      output.write(`${title}\n`)
    },
    update(progress) {
      show(`${position(progress, steps)} · ${figures(progress)}`)
    },
    end(progress) {
      const { step, seconds } = progress
      show(`${step}/${step} ${bar(1, BAR)} ${formatSeconds(seconds)} · ${figures(progress)}`)
      close()
    },
    interrupt: close,
  }
}

/** One line per pass. */
function lineReporter(write: (line: string) => void): Reporter {
  let title = ''
  return {
    live: false,
    begin(next) {
      title = next
    },
    update() {},
    end(progress) {
      write(`${title} · ${formatSeconds(progress.seconds)} · ${figures(progress)}`)
    },
    interrupt() {},
  }
}

export const SILENT: Reporter = { live: false, begin() {}, update() {}, end() {}, interrupt() {} }

/** The reporter for a verbosity, on the standard output of Node or the console of a browser. */
export function createReporter(
  verbosity: Verbosity,
  output: Output | undefined = standardOutput(),
): Reporter {
  const resolved = verbosity === 'auto' ? (output?.isTTY ? 1 : 2) : verbosity
  if (resolved === 0) return SILENT
  if (output === undefined) return lineReporter((line) => console.log(line))
  return resolved === 1 ? barReporter(output) : lineReporter((line) => output.write(`${line}\n`))
}
