/** Results as a table: one row per kernel or operation, one column per dtype. Plain data. */
import { type Backend, COMPOSITES, DTYPES, type DType } from '@nabla/backend'
import { type Level, nameOf } from '../case.js'
import { type ConformanceResult, conformanceCases } from '../run.js'

/** `not declared`: the subject takes the dtype, but the backend's capabilities leave it out. Missing: it takes none. */
export type Cell = 'pass' | 'fail' | 'not declared'

export interface TableRow {
  readonly level: Level
  readonly subject: string
  readonly cells: Readonly<Partial<Record<DType, Cell>>>
}

export interface ConformanceTable {
  readonly backend: string
  readonly description: string
  readonly limitations: readonly string[]
  readonly cases: number
  readonly rows: readonly TableRow[]
  readonly failures: readonly { readonly case: string; readonly findings: readonly string[] }[]
}

/** The table of a backend's results. */
export function tableOf(
  { name, capabilities }: Backend,
  results: readonly ConformanceResult[],
): ConformanceTable {
  const rows = new Map<string, { level: Level; subject: string; cells: Partial<Record<DType, Cell>> }>()
  const rowOf = ({ level, subject }: { readonly level: Level; readonly subject: string }) => {
    const key = `${level} ${subject}`
    const row = rows.get(key) ?? { level, subject, cells: {} }
    rows.set(key, row)
    return row
  }
  for (const each of conformanceCases({ ...capabilities, dtypes: DTYPES, composites: COMPOSITES })) {
    rowOf(each).cells[each.dtype] = 'not declared'
  }
  for (const { case: each, findings } of results) {
    const { cells } = rowOf(each)
    cells[each.dtype] = findings.length > 0 || cells[each.dtype] === 'fail' ? 'fail' : 'pass'
  }
  return {
    backend: name,
    description: capabilities.description,
    limitations: capabilities.limitations,
    cases: results.length,
    rows: [...rows.values()],
    failures: results
      .filter(({ findings }) => findings.length > 0)
      .map(({ case: each, findings }) => ({ case: nameOf(each), findings })),
  }
}
