/**
 * Many matrices of a few elements each: plain loops over whole batches, where a call per matrix would take longer than its
 * product.
 */
import { i32, i32x4, loadLane, type ModuleBuilder, type Value, type Vector } from '../assembler/index.js'
import type { Element } from './element.js'
import { entry } from './pack.js'

/** The parameters of `tiny`, in order; the tables of the batch begin at its first matrix. */
export interface Tiny {
  readonly batches: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly left: number
  readonly leftBatch: number
  readonly leftRows: number
  readonly leftContracted: number
  readonly right: number
  readonly rightBatch: number
  readonly rightColumns: number
  readonly rightContracted: number
  readonly output: number
  readonly outputBatch: number
  readonly outputRows: number
  readonly outputColumns: number
}

type I = Value<'i32'>

export function defineTiny(module: ModuleBuilder, { bits, multiplyAdd }: Element): void {
  const one = (address: I): Vector => loadLane(bits, address, i32x4.constant(0), 0)
  module.define(
    // biome-ignore format: one type per parameter of `Tiny`
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    // biome-ignore format: in the order of `Tiny`
    (f, batches, m, n, k, left, leftBatch, leftRows, leftContracted, right, rightBatch, rightColumns, rightContracted,
      output, outputBatch, outputRows, outputColumns) => {
      const start = (base: I, table: I, index: I) => f.let(i32.add(base, entry(table, index)))
      f.range(0, batches, 1, (batch) => {
        const [a, b, c] = [
          start(left, leftBatch, batch),
          start(right, rightBatch, batch),
          start(output, outputBatch, batch),
        ]
        f.range(0, m, 1, (row) => {
          const [aRow, cRow] = [start(a, leftRows, row), start(c, outputRows, row)]
          f.range(0, n, 1, (column) => {
            const bColumn = start(b, rightColumns, column)
            const sum = f.let(i32x4.constant(0))
            f.range(0, k, 1, (index) => {
              const x = one(i32.add(aRow, entry(leftContracted, index)))
              f.set(sum, multiplyAdd(x, one(i32.add(bColumn, entry(rightContracted, index))), sum))
            })
            f.storeLane(bits, i32.add(cRow, entry(outputColumns, column)), sum, 0)
          })
        })
      })
    },
    'tiny',
  )
}
