/**
 * The blocked matrix product: panels of both operands that fit the caches, a micro-kernel over pairs of them, sums in
 * float64 blocks. Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).
 */
import type { TypedArray } from '@nabla/backend'
import { multiplyPanels, PANEL } from './kernel.js'
import { pack, type Source } from './pack.js'
import type { Problem } from './problem.js'
import { storeBlock } from './store.js'

/** Contracted elements in a panel at most: two panels of 7.5 KiB share the first-level cache. */
const DEPTH = 320
/** Columns packed at once, rows packed at once, and rows whose sums are kept: each a part of the second-level cache. */
const COLUMNS = 43 * PANEL
const ROWS = 16 * PANEL
const SUM_ROWS = 5 * ROWS

interface Workspace {
  readonly left: readonly Float64Array[]
  readonly right: readonly Float64Array[]
  readonly sums: Float64Array
}

let workspace: Workspace | undefined

const makePanels = (rows: number): Float64Array[] =>
  Array.from({ length: rows / PANEL }, () => new Float64Array(PANEL * DEPTH))

/** The blocks that all calls share; made at first use. */
function theWorkspace(): Workspace {
  workspace ??= {
    left: makePanels(ROWS),
    right: makePanels(COLUMNS),
    sums: new Float64Array(SUM_ROWS * COLUMNS),
  }
  return workspace
}

const padded = (length: number): number => Math.ceil(length / PANEL) * PANEL

/** All pairs of packed panels into the sums from row `firstRow` of the block on. */
function multiplyBlock(
  { left, right, sums }: Workspace,
  firstRow: number,
  rows: number,
  columns: number,
  depth: number,
): void {
  const width = padded(columns)
  for (let j = 0; j * PANEL < columns; j++) {
    const rightPanel = right[j] as Float64Array
    for (let i = 0; i * PANEL < rows; i++) {
      const at = (firstRow + i * PANEL) * width + j * PANEL
      multiplyPanels(depth, left[i] as Float64Array, rightPanel, sums, at, width)
    }
  }
}

export function multiplyBlocked(problem: Problem, left: Source, right: Source, target: TypedArray): void {
  const { batches, m, n, k } = problem
  const space = theWorkspace()
  // Blocks of k of equal depth: a short last one would cost as much overhead as a full one.
  const blocks = Math.ceil(k / DEPTH)
  const blockDepth = Math.ceil(k / blocks)
  for (let batch = 0; batch < batches; batch++) {
    for (let column = 0; column < n; column += COLUMNS) {
      const columns = Math.min(COLUMNS, n - column)
      for (let sumRow = 0; sumRow < m; sumRow += SUM_ROWS) {
        const sumRows = Math.min(SUM_ROWS, m - sumRow)
        space.sums.fill(0, 0, padded(sumRows) * padded(columns))
        for (let first = 0; first < k; first += blockDepth) {
          const depth = Math.min(blockDepth, k - first)
          // With one block of k the panels of the right operand stay from the previous rows.
          if (sumRow === 0 || blocks > 1)
            pack(space.right, right, problem.right, batch, column, columns, first, depth)
          for (let row = 0; row < sumRows; row += ROWS) {
            const rows = Math.min(ROWS, sumRows - row)
            pack(space.left, left, problem.left, batch, sumRow + row, rows, first, depth)
            multiplyBlock(space, row, rows, columns, depth)
          }
        }
        storeBlock(
          target,
          problem.output,
          batch,
          sumRow,
          sumRows,
          column,
          columns,
          space.sums,
          padded(columns),
        )
      }
    }
  }
}
