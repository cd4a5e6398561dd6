/**
 * The micro-kernel: a tile of sums in registers, over panels of both operands. A function called per tile, so that it is
 * hot, and compiled well, within the first product.
 *
 * Measured at 3.7 GHz in Node 20, panels in the first-level cache, GFLOP/s, where registers alone reach 58.5:
 * fused 6×8 57, 5×8 54, 4×8 53, 3×12 53, 2×16 53, 4×12 27 (spills); mul+add 5×8 47, 2×16 44, 4×8 43, 3×12 42, 6×8 29
 * (spills); float64 5×4 24, 4×4 21, 6×4 15; int32 5×8 46, 4×8 40. Unrolled over k all lose a third: V8 moves the loads
 * together and spills. Steps in locals instead of constants cost nothing. An address per row, to read rows of the left
 * operand where they lie, costs nothing here either, but whole products lose up to 8 % to packed panels.
 */
import { type Callable, i32, load, type ModuleBuilder, type Vector } from '../assembler/index.js'
import type { Element } from './element.js'

/** Vectors in a row of a tile. */
const VECTORS = 2

export interface Tile {
  readonly rows: number
  readonly columns: number
}

export const tileOf = ({ lanes }: Element, fused: boolean): Tile => ({
  rows: fused ? 6 : 5,
  columns: VECTORS * lanes,
})

/** a, step of a, b, step of b, depth, output, offsets of its rows, whether to add to it. */
export type MicroKernel = Callable<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  undefined
>

/**
 * `output[row][column] (+)= Σ_k a[k][row] · b[k][column]`, where the output holds packed elements. Rows may be there twice,
 * as those of an incomplete panel are: everything is read before anything is stored.
 */
export function defineMicroKernel(module: ModuleBuilder, element: Element, { rows }: Tile): MicroKernel {
  const { packed } = element
  return module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, a, aStep, b, bStep, depth, output, rowOffsets, add) => {
      const sums = Array.from({ length: rows }, () => Array.from({ length: VECTORS }, () => f.local('v128')))
      f.while(
        () => depth,
        () => {
          const right = Array.from({ length: VECTORS }, (_, j) => f.let(load('v128', b, j * 16)))
          sums.forEach((row, i) => {
            const left = f.let(load(element.splat, a, i * packed))
            row.forEach((sum, j) => {
              const vector = right[j]
              if (vector !== undefined) f.set(sum, element.multiplyAdd(left, vector, sum))
            })
          })
          f.increase(a, aStep)
          f.increase(b, bStep)
          f.increase(depth, -1)
        },
      )
      const rowAt = (i: number) => f.let(i32.add(output, load('i32', rowOffsets, 4 * i)))
      const store = (values: readonly (readonly Vector[])[]): void =>
        values.forEach((row, i) => {
          const at = rowAt(i)
          row.forEach((value, j) => {
            f.store('v128', at, value, j * 16)
          })
        })
      // Sums of their own per branch: setting `sums` here makes V8 spill them in the loop, which takes twice as long.
      f.if(
        add,
        () => {
          const totals = sums.map((row, i) => {
            const at = rowAt(i)
            return row.map((sum, j) => f.let(element.add(sum, load('v128', at, j * 16))))
          })
          store(totals)
        },
        () => store(sums),
      )
    },
  )
}
