/**
 * Products that threads share: some matrices of the batch each, or some columns of a thin product, or of one matrix some
 * rows or columns, for which blocks of the other operand are packed together. Every element is computed by one thread in
 * the same steps as by a single one, so results are the same to the last bit.
 */
import { leftBytes, multiplyPanels, type Panels, panelsOf } from './blocked-product.js'
import type { Crew } from './crew.js'
import type { Kernels } from './kernels.js'
import { TILE_BYTES } from './macro-kernel.js'
import { multiply, wholeOf } from './multiply.js'
import type { Addresses, Offset, Progress } from './part.js'
import type { Operand, Plan } from './plan.js'

/** Multiplications of one list of matrices: some 200 µs, while writing a list of 16 takes 10. */
const PRODUCTS = 4 * 1024 * 1024
/** Elements of a block that each thread packs for itself: some 3 µs, as long as waiting for each other. */
const OWN_ELEMENTS = 8 * 1024
/** Blocks along the contracted index in one list. */
const DEPTHS = 16
/** Columns of a thin product are divided at multiples of this: a cache line of float32. */
const THIN_UNIT = 16

/** How evenly so many things can be divided: 1 if all threads get as many. */
const evenness = (things: number, threads: number): number => things / (threads * Math.ceil(things / threads))

export function multiplyTogether(
  crew: Crew,
  kernels: Kernels,
  offset: Offset,
  plan: Plan,
  at: Addresses,
  scratchBytes: number,
  progress: Progress,
): void {
  const { way, batches, m, n, k } = plan
  const { threads } = crew
  const addresses = (thread: number): Addresses => ({ ...at, scratch: at.scratch + thread * scratchBytes })
  const whole = wholeOf(plan)
  if (way === 'tiny' || evenness(batches, threads) > 0.8) {
    const each = Math.ceil(PRODUCTS / (m * n * Math.max(1, k)))
    for (let first = 0; first < batches; first += each * threads) {
      const count = Math.min(each * threads, batches - first)
      crew.divide(count, 1, (thread, from, to) => {
        const part = { ...whole, batchFrom: first + from, batchTo: first + to }
        multiply(kernels, offset, plan, addresses(thread), part, () => {})
      })
      progress(first + count - 1, m)
    }
  } else if (way === 'blocked') {
    for (let batch = 0; batch < batches; batch++) {
      const shared = new SharedProduct(crew, kernels, plan, addresses, {
        left: at.left + offset(plan.left.batch, batch),
        right: at.right + offset(plan.right.batch, batch),
        output: at.output + offset(plan.output.batch, batch),
      })
      shared.run((rows) => progress(batch, rows))
    }
  } else {
    crew.divide(n, THIN_UNIT, (thread, from, to) => {
      multiply(kernels, offset, plan, addresses(thread), { ...whole, from, to }, () => {})
    })
    progress(batches - 1, m)
  }
}

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

/** One matrix of a blocked product, the rows or columns of which threads share. */
class SharedProduct {
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

  #multiply(thread: number, a: Panels, b: Panels, place: Parameters<typeof multiplyPanels>[5]): void {
    multiplyPanels(this.#kernels, this.#plan, this.#bases.output, a, b, place, this.#scratch(thread))
  }

  /** Where a thread packs to: after its tile, first the left operand. */
  #roomOf(side: 'left' | 'right', thread: number): number {
    const first = this.#scratch(thread) + TILE_BYTES
    return side === 'left' ? first : first + leftBytes(this.#plan, this.#kernels.element)
  }

  #operand(side: 'left' | 'right'): Operand {
    return this.#plan[side]
  }

  #pack(
    side: 'left' | 'right',
    thread: number,
    first: number,
    count: number,
    { from, depth }: Depth,
  ): Panels {
    const to = this.#roomOf(side, thread)
    return panelsOf(this.#kernels, this.#operand(side), this.#bases[side], to, first, count, from, depth)
  }

  /** Into the room of the first thread, some panels by each. */
  #packTogether(side: 'left' | 'right', first: number, count: number, { from, depth }: Depth): Panels {
    const operand = this.#operand(side)
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
