/**
 * The confusion matrix of ten digits, as text.
 */
import pc from 'picocolors'

/** `counts[truth][reading]`. */
export function confusionTable(counts: readonly (readonly number[])[]): string {
  const width = Math.max(5, ...counts.flat().map((count) => String(count).length + 1))
  const cell = (text: string): string => text.padStart(width)
  const head = `true ╲ read${counts.map((_, digit) => cell(String(digit))).join('')}   right`
  const rows = counts.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    const cells = row.map((count, reading) => {
      const text = cell(count === 0 ? '·' : String(count))
      if (reading === truth) return pc.green(text)
      return count === 0 ? pc.dim(text) : pc.red(text)
    })
    const share = total === 0 ? '–' : `${((100 * (row[truth] ?? 0)) / total).toFixed(1)} %`
    return `${String(truth).padStart(11)}${cells.join('')} ${share.padStart(8)}`
  })
  return [head, ...rows].join('\n')
}
