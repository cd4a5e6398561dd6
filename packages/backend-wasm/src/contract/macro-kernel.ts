/**
 * The macro-kernel: the micro-kernel over all pairs of panels of two packed blocks. Tiles that don't lie as vectors in the
 * output, or stick out of it, take a detour through a small buffer.
 */
import {
  type Callable,
  type FunctionBuilder,
  i32,
  i32x4,
  load,
  loadLane,
  type ModuleBuilder,
  type Value,
} from '../assembler/index.js'
import type { Element } from './element.js'
import { defineMicroKernel, type Tile } from './micro-kernel.js'
import { lesser } from './pack.js'

/** Bytes of the buffer for one tile: first the offsets of its rows, then the sums. */
export const TILE_BYTES = 1024
const TILE_OFFSETS = 64

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

/** The parameters of `multiply`, in order. */
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
  /** `TILE_BYTES` of room. */
  readonly buffer: number
}

/** Packed elements to what the dtype is in memory, in place. */
function narrow(f: FunctionBuilder, element: Element, at: Value<'i32'>, count: number): void {
  const { bits, packed, lanes, bytes } = element
  if (bits === 8 * packed) return
  const [from, to] = [f.let(at), f.let(at)]
  f.range(0, count, lanes, () => {
    element.store(f, to, load('v128', from))
    f.increase(from, 16)
    f.increase(to, lanes * bytes)
  })
}

export function defineMacroKernel(module: ModuleBuilder, element: Element, tile: Tile): void {
  const { bits, bytes, packed } = element
  const micro = defineMicroKernel(module, element, tile)
  const scatter = defineScatter(module, element)
  module.define(
    // biome-ignore format: one type per parameter of `Block`
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    // biome-ignore format: in the order of `Block`
    (f, left, leftPanel, leftStep, rows, right, rightPanel, rightStep, columns, depth,
      output, rowOffsets, columnOffsets, columnFrom, columnRun, add, buffer) => {
      const sums = f.let(i32.add(buffer, TILE_OFFSETS))
      for (let i = 0; i < tile.rows; i++) f.store('i32', buffer, i32.constant(i * tile.columns * packed), 4 * i)
      f.range(0, columns, tile.columns, (column) => {
        const offsets = f.let(i32.add(columnOffsets, i32.shl(column, 2)))
        const start = f.let(i32.add(output, load('i32', offsets)))
        const inRun = i32.rem_u(i32.add(columnFrom, column), columnRun)
        const asVectors = bits === 8 * packed ? i32.le_u(i32.add(inRun, tile.columns), columnRun) : 0
        const direct = f.number('i32', asVectors)
        const panel = f.let(left)
        const columnsHere = lesser(f, i32.sub(columns, column), tile.columns)
        f.range(0, rows, tile.rows, (row) => {
          const tileRows = f.let(i32.add(rowOffsets, i32.shl(row, 2)))
          f.if(
            direct,
            () => f.run(micro, panel, leftStep, right, rightStep, depth, start, tileRows, add),
            () => {
              f.run(micro, panel, leftStep, right, rightStep, depth, sums, buffer, i32.constant(0))
              narrow(f, element, sums, tile.rows * tile.columns)
              const rowsHere = lesser(f, i32.sub(rows, row), tile.rows)
              const pitch = i32.constant(tile.columns * bytes)
              f.run(scatter, sums, rowsHere, columnsHere, output, tileRows, offsets, add, pitch)
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
