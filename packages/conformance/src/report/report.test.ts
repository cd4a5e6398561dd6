import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNullBackend } from '@nabla/backend'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConformanceCase } from '../case.js'
import type { ConformanceResult } from '../run.js'
import { withDTypes } from '../testing/plant.js'
import { formatCompact, formatMarkdown } from './format.js'
import { tableOf } from './table.js'
import { writeTable } from './write.js'

const backend = withDTypes(createNullBackend(), ['float32', 'int32'])

function result(
  subject: string,
  dtype: ConformanceCase['dtype'],
  findings: readonly string[] = [],
  aspect?: string,
): ConformanceResult {
  const level = subject.includes(' ') ? 'kernel' : 'operation'
  return {
    case: { level, subject, dtype, ...(aspect !== undefined && { aspect }), run: async () => findings },
    findings,
  }
}

const table = tableOf(backend, [
  result('map add', 'float32'),
  result('map add', 'int32', ['1 + 1 gave 3']),
  result('sigmoid', 'float32'),
  result('sigmoid', 'float32', ['element 0: derivative 2, by central differences 1'], 'gradient'),
])

describe('the table', () => {
  it('says for each dtype whether it passes, fails, was not declared, or does not apply', () => {
    const cells = (subject: string) => table.rows.find((row) => row.subject === subject)?.cells
    expect(cells('map add')).toEqual({
      uint8: 'not declared',
      int32: 'fail',
      uint32: 'not declared',
      float16: 'not declared',
      float32: 'pass',
      float64: 'not declared',
    })
    expect(cells('sigmoid')?.float32).toBe('fail')
    expect(cells('map shiftLeft')).toMatchObject({ uint8: 'not declared' })
  })

  it('has a row for every kernel and operation, also those that were not run', () => {
    expect(table.rows.length).toBeGreaterThan(150)
    expect(table.rows.filter(({ level }) => level === 'operation').length).toBeGreaterThan(100)
  })

  it('lists what failed', () => {
    expect(table.cases).toBe(4)
    expect(table.failures).toEqual([
      { case: 'kernel map add int32', findings: ['1 + 1 gave 3'] },
      {
        case: 'operation sigmoid float32 gradient',
        findings: ['element 0: derivative 2, by central differences 1'],
      },
    ])
  })
})

describe('formats', () => {
  const small = {
    ...table,
    rows: table.rows.filter(({ subject }) =>
      ['map add', 'map subtract', 'sigmoid', 'reduce any'].includes(subject),
    ),
  }

  it('for the terminal: rows of equal cells together', () => {
    expect(formatCompact(small)).toMatchInlineSnapshot(`
      "null (counts kernel calls and bytes, computes nothing): 2 of 4 cases pass
        ✓ passes, ✗ fails, – not declared by the backend
        kernel level: – uint8  ✗ int32  – uint32  – float16  ✓ float32  – float64
            map add
        kernel level: – uint8  – int32  – uint32  – float16  – float32  – float64
            map subtract
        kernel level: – bool
            reduce any
        operation level: – bool  – uint8  – int32  – uint32  – float16  ✗ float32  – float64
            sigmoid"
    `)
  })

  it('as Markdown', () => {
    expect(formatMarkdown(small)).toMatchInlineSnapshot(`
      "# Conformance of \`null\`

      null (counts kernel calls and bytes, computes nothing): 2 of 4 cases pass. ✓ passes, ✗ fails, – not declared by the backend, blank: does not apply.

      - reads give zeros

      ## Kernels

      |  | bool | uint8 | int32 | uint32 | float16 | float32 | float64 |
      | --- | :-: | :-: | :-: | :-: | :-: | :-: | :-: |
      | map add |  | – | ✗ | – | – | ✓ | – |
      | map subtract |  | – | – | – | – | – | – |
      | reduce any | – |  |  |  |  |  |  |

      ## Operations

      |  | bool | uint8 | int32 | uint32 | float16 | float32 | float64 |
      | --- | :-: | :-: | :-: | :-: | :-: | :-: | :-: |
      | sigmoid | – | – | – | – | – | ✗ | – |

      ## Failures

      - kernel map add int32
        - 1 + 1 gave 3
      - operation sigmoid float32 gradient
        - element 0: derivative 2, by central differences 1
      "
    `)
  })
})

describe('writeTable', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('makes the folder, and data that is the table', async () => {
    const [json, markdown] = await writeTable(table, join(folder, 'deep', 'er'))
    expect(JSON.parse(await readFile(json as string, 'utf8'))).toEqual(table)
    expect(await readFile(markdown as string, 'utf8')).toBe(formatMarkdown(table))
  })
})
