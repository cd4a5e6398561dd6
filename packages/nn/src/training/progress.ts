/**
 * Progress: what `fit` shows while it runs. A bar on a terminal, lines elsewhere, nothing when silent.
 */
import type { EpochLog } from './history.js'
import type { Verbosity } from './options.js'

export interface Progress {
  readonly step: number
  readonly seconds: number
  readonly samples: number
  readonly values: Readonly<Record<string, number>>
}

export interface Reporter {
  /** Whether updates within an epoch are shown, and so worth reading values back for. */
  readonly live: boolean
  begin(title: string, steps: number | undefined): void
  update(progress: Progress): void
  end(log: EpochLog): void
}

interface Output {
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

/** Four significant digits, without exponents for ordinary sizes. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return value.toExponential(2)
  return value.toFixed(4)
}

/** `3s`, `2m05s`, `1h02m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return seconds < 9.95 ? `${seconds.toFixed(1)}s` : `${Math.round(seconds)}s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes}m${String(Math.round(seconds) % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`
}

const SPEED = new Set(['epoch', 'seconds', 'samplesPerSecond', 'learningRate'])

function formatValues(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .filter(([name]) => !SPEED.has(name))
    .map(([name, value]) => `${name} ${formatValue(value)}`)
    .join(' · ')
}

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en-US')} samples/s`

/** One line that is overwritten while an epoch runs. */
function barReporter(output: Output): Reporter {
  let steps: number | undefined
  let width = 0
  const show = (line: string): void => {
    const cut = line.slice(0, (output.columns ?? 120) - 1)
    output.write(`\r${cut.padEnd(width)}`)
    width = cut.length
  }
  return {
    live: true,
    begin(title, total) {
      steps = total
      width = 0
      output.write(`${title}\n`)
    },
    update({ step, seconds, samples, values }) {
      const known = steps ?? step
      const left = (seconds / step) * (known - step)
      const counter = `${String(step).padStart(String(known).length)}/${steps ?? '?'}`
      show(
        `${counter} ${bar(step / known, BAR)} ${formatSeconds(left)} left · ${perSecond(samples / seconds)} · ${formatValues(values)}`,
      )
    },
    end(log) {
      show(
        `${steps ?? ''} ${bar(1, BAR)} ${formatSeconds(log.seconds)} · ${perSecond(log.samplesPerSecond)} · ${formatValues(log)}`,
      )
      output.write('\n')
    },
  }
}

/** One line per epoch. */
function lineReporter(write: (line: string) => void): Reporter {
  let title = ''
  return {
    live: false,
    begin(next) {
      title = next
    },
    update() {},
    end(log) {
      write(
        `${title} · ${formatSeconds(log.seconds)} · ${perSecond(log.samplesPerSecond)} · ${formatValues(log)}`,
      )
    },
  }
}

const SILENT: Reporter = { live: false, begin() {}, update() {}, end() {} }

/** The reporter for a verbosity, on the standard output of Node or the console of a browser. */
export function createReporter(verbosity: Verbosity, output = standardOutput()): Reporter {
  const resolved = verbosity === 'auto' ? (output?.isTTY ? 1 : 2) : verbosity
  if (resolved === 0) return SILENT
  if (resolved === 1 && output !== undefined) return barReporter(output)
  return lineReporter((line) => console.log(line))
}
