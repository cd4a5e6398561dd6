/** The table as text: a short form for the terminal, Markdown for a document. */
import { DTYPES } from '@nabla/backend'
import type { Level } from '../case.js'
import type { Cell, ConformanceTable, TableRow } from './table.js'

const SIGNS: Readonly<Record<Cell, string>> = { pass: '✓', fail: '✗', 'not declared': '–' }

const signsOf = ({ cells }: TableRow): string[] =>
  DTYPES.map((dtype) => {
    const cell = cells[dtype]
    return cell === undefined ? '' : SIGNS[cell]
  })

/** `1,352 of 1,352 cases pass`. */
export function formatSummary({ backend, description, cases, failures }: ConformanceTable): string {
  return `${backend} (${description}): ${cases - failures.length} of ${cases} cases pass`
}

/** Names in lines of some width. */
function wrap(words: readonly string[], width: number, indent: string): string {
  const lines = ['']
  for (const word of words) {
    const line = lines.at(-1) as string
    const longer = line === '' ? word : `${line}, ${word}`
    if (longer.length <= width || line === '') lines[lines.length - 1] = longer
    else {
      lines[lines.length - 1] = `${line},`
      lines.push(word)
    }
  }
  return lines.map((line) => `${indent}${line}`).join('\n')
}

/** Rows of equal cells as one, so that the whole table fits a terminal. */
export function formatCompact(table: ConformanceTable): string {
  const groups = new Map<string, { level: Level; signs: string[]; subjects: string[] }>()
  for (const row of table.rows) {
    const signs = signsOf(row)
    const key = `${row.level} ${signs.join('|')}`
    const group = groups.get(key) ?? { level: row.level, signs, subjects: [] }
    group.subjects.push(row.subject)
    groups.set(key, group)
  }
  const lines = [formatSummary(table), '  ✓ passes, ✗ fails, – not declared by the backend']
  for (const { level, signs, subjects } of groups.values()) {
    const columns = DTYPES.flatMap((dtype, i) => (signs[i] === '' ? [] : [`${signs[i]} ${dtype}`]))
    lines.push(`  ${level} level: ${columns.join('  ')}`, wrap(subjects, 100, '      '))
  }
  return lines.join('\n')
}

/** One Markdown document for one backend. */
export function formatMarkdown(table: ConformanceTable): string {
  const head = ['', ...DTYPES]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const part = (level: Level, title: string): string[] => [
    `## ${title}`,
    '',
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : ':-:'))),
    ...table.rows.filter((row) => row.level === level).map((row) => line([row.subject, ...signsOf(row)])),
    '',
  ]
  const failed = table.failures.flatMap(({ case: name, findings }) => [
    `- ${name}`,
    ...findings.map((each) => `  - ${each}`),
  ])
  return [
    `# Conformance of \`${table.backend}\``,
    '',
    `${formatSummary(table)}. ✓ passes, ✗ fails, – not declared by the backend, blank: does not apply.`,
    ...(table.limitations.length === 0 ? [] : ['', ...table.limitations.map((each) => `- ${each}`)]),
    '',
    ...part('kernel', 'Kernels'),
    ...part('operation', 'Operations'),
    ...(failed.length === 0 ? [] : ['## Failures', '', ...failed, '']),
  ].join('\n')
}
