/**
 * Loss and accuracy over the training as a plot in the terminal.
 */
import asciichart from 'asciichart'
import type { CurvePoint } from '../training/watch.js'

const WIDTH = 60
const HEIGHT = 6
/** Width of the numbers at the axis. */
const LABEL = 8

/** The values at `WIDTH` places evenly spread between the first and the last point. */
function spread(values: readonly number[]): number[] {
  return Array.from({ length: WIDTH }, (_, column) => {
    const position = (column / (WIDTH - 1)) * (values.length - 1)
    const left = Math.floor(position)
    const from = values[left] ?? 0
    const to = values[Math.min(values.length - 1, left + 1)] ?? from
    return from + (to - from) * (position - left)
  })
}

function chart(title: string, values: readonly number[], format: (value: number) => string): string {
  const options = { height: HEIGHT, format: (value: number) => format(value).padStart(LABEL) }
  const lines = asciichart.plot(spread(values), options).split('\n')
  return [`  ${title}`, ...lines.map((line) => line.trimEnd())].join('\n')
}

/** Under the plot: the epochs at its ends. */
function axis(from: number, to: number): string {
  const label = (epoch: number): string => `${Number(epoch.toFixed(1))}`
  const first = `epoch ${label(from)}`
  return `${' '.repeat(LABEL + 2)}${first}${label(to).padStart(WIDTH - first.length)}`
}

/** Nothing where there are too few points for a curve. */
export function plotCurve(curve: readonly CurvePoint[]): string | undefined {
  const [first] = curve
  const last = curve.at(-1)
  if (first === undefined || last === undefined || curve.length < 3) return undefined
  return [
    chart(
      'loss',
      curve.map(({ loss }) => loss),
      (value) => value.toFixed(3),
    ),
    '',
    chart(
      'accuracy',
      curve.map(({ accuracy }) => accuracy),
      (value) => `${(100 * value).toFixed(1)} %`,
    ),
    axis(first.epoch, last.epoch),
  ].join('\n')
}
