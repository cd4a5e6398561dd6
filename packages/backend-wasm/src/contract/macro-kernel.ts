/**
 * The macro-kernel: the micro-kernel over all pairs of panels of two packed blocks. Tiles that don't lie as vectors in the
 * output, or stick out of it, take a detour through a small buffer.
 */
import {
  type Callable,
  choose,
  i32,
  i32x4,
  load,
  loadLane,
  type ModuleBuilder,
  type Value,
} from '../assembler/index.js'
import type { Element } from './element.js'
import { defineMicroKernel, type Tile } from './micro-kernel.js'

/** Bytes in front of the buffer for one tile: offsets of its rows. */
export const TILE_OFFSETS = 64

/** from, rows, columns, output, offsets of its rows, of its columns, whether to add, bytes between rows of `from`. */
export type Scatter = Callable<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined>

/** Elements of a buffer to wherever they belong. */
function defineScatter(module: ModuleBuilder, { bits, bytes, add: sum }: Element): Scatter {
  return module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, from, rows, columns, output, rowOffsets, columnOffsets, add, pitch) => {
      const at = (address: Value<'i32'>) => loadLane(bits, address, i32x4.constant(0), 0)
      f.range(0, rows, 1, (row) => {
        const start = f.let(i32.add(output, load('i32', i32.add(rowOffsets, i32.shl(row, 2)))))
        const next = f.let(from)
        f.range(0, columns, 1, (column) => {
          const to = f.let(i32.add(start, load('i32', i32.add(columnOffsets, i32.shl(column, 2)))))
          const value = f.let(at(next))
          f.if(add, () => f.set(value, sum(value, at(to))))
          f.storeLane(bits, to, value, 0)
          f.increase(next, bytes)
        })
        f.increase(from, pitch)
      })
    },
    'scatter',
  )
}

/** The parameters of `multiply`, in order; then comes the address of a buffer for one tile. */
export interface Block {
  /** First panel, bytes from panel to panel and from k to k, rows. */
  readonly left: number
  readonly leftPanel: number
  readonly leftStep: number
  readonly rows: number
  /** The same of the right operand, columns. */
  readonly right: number
  readonly rightPanel: number
  readonly rightStep: number
  readonly columns: number
  readonly depth: number
  /** Offsets of the output's rows and columns from `output`; `columnFrom` is the number of the first column. */
  readonly output: number
  readonly rowOffsets: number
  readonly columnOffsets: number
  readonly columnFrom: number
  /** How many columns lie side by side. */
  readonly columnRun: number
  /** 1 to add to what the output holds. */
  readonly add: number
}

export function defineMacroKernel(module: ModuleBuilder, element: Element, tile: Tile): void {
  const micro = defineMicroKernel(module, element, tile)
  const scatter = defineScatter(module, element)
  module.define(
    // biome-ignore format: one type per parameter of `Block`
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    // biome-ignore format: in the order of `Block`
    (f, left, leftPanel, leftStep, rows, right, rightPanel, rightStep, columns, depth,
      output, rowOffsets, columnOffsets, columnFrom, columnRun, add, buffer) => {
      f.range(0, columns, tile.columns, (column) => {
        const offsets = f.let(i32.add(columnOffsets, i32.shl(column, 2)))
        const start = f.let(i32.add(output, load('i32', offsets)))
        const inRun = i32.rem_u(i32.add(columnFrom, column), columnRun)
        const direct = f.let(i32.le_u(i32.add(inRun, tile.columns), columnRun))
        const panel = f.let(left)
        f.range(0, rows, tile.rows, (row) => {
          const tileRows = f.let(i32.add(rowOffsets, i32.shl(row, 2)))
          f.if(
            direct,
            () => f.run(micro, panel, leftStep, right, rightStep, depth, start, tileRows, add),
            () => {
              const into = f.let(i32.add(buffer, TILE_OFFSETS))
              f.run(micro, panel, leftStep, right, rightStep, depth, into, buffer, i32.constant(0))
              const least = (count: typeof rows, most: number) =>
                choose(i32.lt_u(count, most), count, i32.constant(most))
              const rowsHere = f.let(i32.sub(rows, row))
              const columnsHere = f.let(i32.sub(columns, column))
              f.run(
                scatter,
                into,
                least(rowsHere, tile.rows),
                least(columnsHere, tile.columns),
                output,
                tileRows,
                offsets,
                add,
                i32.constant(tile.columns * element.bytes),
              )
            },
          )
          f.increase(panel, leftPanel)
        })
        f.increase(right, rightPanel)
      })
    },
    'multiply',
  )
}
