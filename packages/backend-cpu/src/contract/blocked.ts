/**
 * The blocked matrix product: panels of both operands that fit the caches, a micro-kernel over pairs of them, sums in
 * float64 blocks. Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).
 */
import type { TypedArray } from '@nabla/backend'
import { multiplyPanels } from './kernel.js'
import { PANEL, pack, type Source } from './pack.js'
import type { Problem } from './problem.js'
import { storeBlock } from './store.js'

/** Contracted elements in a panel: two panels of 8 KiB share the first-level cache. */
const DEPTH = 256
/** Columns packed at once, rows packed at once, and rows whose sums are kept: each a part of the second-level cache. */
const COLUMNS = 128
const ROWS = 64
const SUM_ROWS = 256

interface Workspace {
  readonly left: Float64Array
  readonly right: Float64Array
  readonly sums: Float64Array
}

let workspace: Workspace | undefined

/** The blocks that all calls share; made at first use. */
function theWorkspace(): Workspace {
  workspace ??= {
    left: new Float64Array(ROWS * DEPTH),
    right: new Float64Array(COLUMNS * DEPTH),
    sums: new Float64Array(SUM_ROWS * COLUMNS),
  }
  return workspace
}

const padded = (length: number): number => (length + PANEL - 1) & ~(PANEL - 1)

/** All pairs of packed panels into the sums from row `firstRow` of the block on. */
function multiplyBlock(
  { left, right, sums }: Workspace,
  firstRow: number,
  rows: number,
  columns: number,
  depth: number,
): void {
  const width = padded(columns)
  for (let column = 0; column < columns; column += PANEL) {
    for (let row = 0; row < rows; row += PANEL) {
      multiplyPanels(depth, left, row * depth, right, column * depth, sums, (firstRow + row) * width + column, width)
    }
  }
}

export function multiplyBlocked(problem: Problem, left: Source, right: Source, target: TypedArray): void {
  const { batches, m, n, k } = problem
  const space = theWorkspace()
  for (let batch = 0; batch < batches; batch++) {
    for (let column = 0; column < n; column += COLUMNS) {
      const columns = Math.min(COLUMNS, n - column)
      for (let sumRow = 0; sumRow < m; sumRow += SUM_ROWS) {
        const sumRows = Math.min(SUM_ROWS, m - sumRow)
        space.sums.fill(0, 0, padded(sumRows) * padded(columns))
        for (let first = 0; first < k; first += DEPTH) {
          const depth = Math.min(DEPTH, k - first)
          // With one block of k the panels of the right operand stay from the previous rows.
          if (sumRow === 0 || k > DEPTH) pack(space.right, right, problem.right, batch, column, columns, first, depth)
          for (let row = 0; row < sumRows; row += ROWS) {
            const rows = Math.min(ROWS, sumRows - row)
            pack(space.left, left, problem.left, batch, sumRow + row, rows, first, depth)
            multiplyBlock(space, row, rows, columns, depth)
          }
        }
        storeBlock(target, problem.output, batch, sumRow, sumRows, column, columns, space.sums, padded(columns))
      }
    }
  }
}
