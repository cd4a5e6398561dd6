/**
 * One matrix of a blocked product, the rows or columns of which threads share: blocks of the other operand are packed
 * together, or by each thread where they are small.
 */
import { leftBytes, multiplyPanels, type Panels, type Place, panelsOf } from './blocked-product.js'
import type { Crew } from './crew.js'
import type { Kernels } from './kernels.js'
import { TILE_BYTES } from './macro-kernel.js'
import type { Addresses } from './part.js'
import type { Plan } from './plan.js'

/** Elements of a block that each thread packs for itself: some 3 µs, as long as waiting for each other. */
const OWN_ELEMENTS = 8 * 1024
/** Blocks along the contracted index in one list: writing a list takes 0.5 µs for each. */
const DEPTHS = 16

/** How evenly so many things can be divided: 1 if all threads get as many. */
export const evenness = (things: number, threads: number): number =>
  things / (threads * Math.ceil(things / threads))

interface Bases {
  readonly left: number
  readonly right: number
  readonly output: number
}

/** A range of the contracted index. */
interface Depth {
  readonly from: number
  readonly depth: number
}

export class SharedProduct {
  readonly #crew: Crew
  readonly #kernels: Kernels
  readonly #plan: Plan
  readonly #bases: Bases
  readonly #scratch: (thread: number) => number
  readonly #byRows: boolean

  constructor(crew: Crew, kernels: Kernels, plan: Plan, at: (thread: number) => Addresses, bases: Bases) {
    this.#crew = crew
    this.#kernels = kernels
    this.#plan = plan
    this.#bases = bases
    this.#scratch = (thread) => at(thread).scratch
    const { m, n } = plan
    const rows = evenness(Math.ceil(m / kernels.tile.rows), crew.threads)
    const columns = evenness(Math.ceil(n / kernels.tile.columns), crew.threads)
    // The longer side is divided, so that less is packed together.
    this.#byRows = m >= n ? rows > 0.9 * columns : rows * 0.9 > columns
  }

  run(progress: (rows: number) => void): void {
    const { m, n, k, left, right, blockRows, blockColumns, blockDepth } = this.#plan
    const other = this.#byRows ? right : left
    const length = this.#byRows ? Math.min(n, blockColumns) : m
    const packsAlone = other.inPlace || length * blockDepth <= OWN_ELEMENTS
    for (let column = 0; column < n; column += blockColumns) {
      const columns = Math.min(blockColumns, n - column)
      const depths: Depth[] = []
      for (let from = 0; from === 0 || from < k; from += blockDepth)
        depths.push({ from, depth: Math.min(blockDepth, k - from) })
      if (m <= blockRows && packsAlone) {
        for (let i = 0; i < depths.length; i += DEPTHS)
          this.#alone(column, columns, depths.slice(i, i + DEPTHS))
        if (column + columns >= n) progress(m)
      } else {
        for (const depth of depths) {
          const isLast = depth.from + depth.depth >= k && column + columns >= n
          const finished = isLast ? progress : () => {}
          if (this.#byRows) this.#rows(column, columns, depth, finished)
          else this.#columns(column, columns, depth, finished)
        }
      }
    }
  }

  /** Each thread packs all that it needs for several ranges of the contracted index. */
  #alone(column: number, columns: number, depths: readonly Depth[]): void {
    const { m } = this.#plan
    const { rows: tileRows, columns: tileColumns } = this.#kernels.tile
    const [length, unit] = this.#byRows ? [m, tileRows] : [columns, tileColumns]
    this.#crew.divide(length, unit, (thread, first, last) => {
      const own = this.#byRows
        ? { row: first, rows: last - first, column, columns }
        : { row: 0, rows: m, column: column + first, columns: last - first }
      for (const depth of depths) {
        const a = this.#pack('left', thread, own.row, own.rows, depth)
        const b = this.#pack('right', thread, own.column, own.columns, depth)
        this.#multiply(thread, a, b, { ...own, ...depth })
      }
    })
  }

  #rows(column: number, columns: number, depth: Depth, finished: (rows: number) => void): void {
    const { m, blockRows } = this.#plan
    const b = this.#packTogether('right', column, columns, depth)
    const most = blockRows * this.#crew.threads
    for (let row = 0; row < m; row += most) {
      const rows = Math.min(most, m - row)
      this.#crew.divide(rows, this.#kernels.tile.rows, (thread, first, last) => {
        const a = this.#pack('left', thread, row + first, last - first, depth)
        const place = { row: row + first, rows: last - first, column, columns, ...depth }
        this.#multiply(thread, a, b, place)
      })
      finished(row + rows)
    }
  }

  #columns(column: number, columns: number, depth: Depth, finished: (rows: number) => void): void {
    const { m, blockRows } = this.#plan
    const packed: Panels[] = []
    for (let row = 0; row < m; row += blockRows) {
      const rows = Math.min(blockRows, m - row)
      const a = this.#packTogether('left', row, rows, depth)
      this.#crew.divide(columns, this.#kernels.tile.columns, (thread, first, last) => {
        packed[thread] ??= this.#pack('right', thread, column + first, last - first, depth)
        const place = { row, rows, column: column + first, columns: last - first, ...depth }
        this.#multiply(thread, a, packed[thread], place)
      })
      finished(row + rows)
    }
  }

  #multiply(thread: number, a: Panels, b: Panels, place: Place): void {
    multiplyPanels(this.#kernels, this.#plan, this.#bases.output, a, b, place, this.#scratch(thread))
  }

  /** Where a thread packs to: after its tile, first the left operand. */
  #roomOf(side: 'left' | 'right', thread: number): number {
    const first = this.#scratch(thread) + TILE_BYTES
    return side === 'left' ? first : first + leftBytes(this.#plan, this.#kernels.element)
  }

  #pack(
    side: 'left' | 'right',
    thread: number,
    first: number,
    count: number,
    { from, depth }: Depth,
  ): Panels {
    const to = this.#roomOf(side, thread)
    return panelsOf(this.#kernels, this.#plan[side], this.#bases[side], to, first, count, from, depth)
  }

  /** Into the room of the first thread, some panels by each. */
  #packTogether(side: 'left' | 'right', first: number, count: number, { from, depth }: Depth): Panels {
    const operand = this.#plan[side]
    const { inPlace, width } = operand
    const panels = Math.ceil(count / width)
    if (inPlace || panels * width * depth <= OWN_ELEMENTS || panels < this.#crew.threads)
      return this.#pack(side, 0, first, count, { from, depth })
    const to = this.#roomOf(side, 0)
    const step = width * this.#kernels.element.packed
    const panel = depth * step
    this.#crew.divide(panels, 1, (_, start, end) => {
      const [skipped, own] = [start * width, Math.min(count, end * width) - start * width]
      const target = to + start * panel
      panelsOf(this.#kernels, operand, this.#bases[side], target, first + skipped, own, from, depth)
    })
    return { first: to, panel, step }
  }
}
