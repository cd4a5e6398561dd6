/**
 * Loss and accuracy over the epochs as a plot in the terminal.
 */
import asciichart from 'asciichart'
import type { History } from 'nabla'

/** Stretches few points over a width, so that a short training is a readable line. */
function stretch(values: readonly number[], width: number): number[] {
  if (values.length < 2) return Array.from({ length: width }, () => values[0] ?? 0)
  return Array.from({ length: width }, (_, column) => {
    const position = (column / (width - 1)) * (values.length - 1)
    const left = Math.floor(position)
    const share = position - left
    const from = values[left] ?? 0
    const to = values[Math.min(values.length - 1, left + 1)] ?? from
    return from + (to - from) * share
  })
}

function chart(title: string, values: readonly number[]): string {
  const format = (value: number): string => value.toFixed(3).padStart(8)
  return `${title}\n${asciichart.plot(stretch(values, 56), { height: 6, format })}`
}

/** Nothing for a single epoch, where there is no curve to show. */
export function plotHistory(history: History): string | undefined {
  if (history.epochs.length < 2) return undefined
  return `${chart('  loss', history.values('loss'))}\n\n${chart('  accuracy', history.values('accuracy'))}`
}
