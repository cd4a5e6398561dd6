/**
 * Vector times matrix, as fast as the matrix comes from memory: sums of scaled rows where they lie as vectors, dot products
 * where the contracted index does.
 */
import {
  i32,
  i32x4,
  type Local,
  load,
  loadLane,
  type ModuleBuilder,
  type Value,
  type Vector,
} from '../assembler/index.js'
import type { Element } from './element.js'
import { entry, lesser, transpose } from './pack.js'

/** Bytes of sums that stay in the first-level cache while rows are added to them. */
const BLOCK = 8192
/** Rows that are added at once. */
const ROWS = 4

type I = Value<'i32'>

/** `sums[i] = Σ_k vector[vectorOffsets[k]] · matrix[offsets[k] + i]`. */
function defineAddRows(module: ModuleBuilder, element: Element): void {
  const { bytes, lanes, bits, multiplyAdd } = element
  module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, sums, count, vector, vectorOffsets, matrix, offsets, depth) => {
      const whole = f.let(i32.and(depth, -ROWS))
      f.fillMemory(sums, 0, i32.mul(count, bytes))
      const total = f.let(i32.mul(count, bytes))
      f.range(0, total, BLOCK, (block) => {
        const size = lesser(f, i32.sub(total, block), BLOCK)
        const vectors = f.let(i32.and(size, -16))
        const first = f.let(i32.add(sums, block))
        const start = f.let(i32.add(matrix, block))
        const add = (k: Local<'i32'>, rows: number): void => {
          const added = Array.from({ length: rows }, (_, i) => ({
            factor: f.let(load(element.splat, i32.add(vector, entry(vectorOffsets, i32.add(k, i))))),
            row: f.let(i32.add(start, entry(offsets, i32.add(k, i)))),
          }))
          const sum = (position: Local<'i32'>, read: (address: I) => Vector): Vector =>
            added.reduce(
              (so, { factor, row }) => multiplyAdd(factor, read(i32.add(row, position)), so),
              read(i32.add(first, position)),
            )
          f.range(0, vectors, bytes * lanes, (position) => {
            f.store(
              'v128',
              i32.add(first, position),
              sum(position, (address) => load('v128', address)),
            )
          })
          f.range(vectors, size, bytes, (position) => {
            const one = (address: I) => loadLane(bits, address, i32x4.constant(0), 0)
            f.storeLane(bits, i32.add(first, position), sum(position, one), 0)
          })
        }
        f.range(0, whole, ROWS, (k) => add(k, ROWS))
        f.range(whole, depth, 1, (k) => add(k, 1))
      })
    },
    'addRows',
  )
}

/** `sums[i] = Σ_k vector[k] · matrix[rowOffsets[i] + k]`, a few more sums than `count` perhaps. */
function defineDotRows(module: ModuleBuilder, element: Element): void {
  const { bytes, lanes, multiplyAdd, add: plus } = element
  module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, sums, count, vector, matrix, rowOffsets, depth) => {
      const whole = f.let(i32.mul(i32.and(depth, -lanes), bytes))
      const total = f.let(i32.mul(depth, bytes))
      f.range(0, count, lanes, (row) => {
        const offsets = f.let(i32.add(rowOffsets, i32.shl(row, 2)))
        const rows = Array.from({ length: lanes }, (_, i) => ({
          start: f.let(i32.add(matrix, load('i32', offsets, 4 * i))),
          sum: f.let(i32x4.constant(0)),
        }))
        const add = (position: I, read: (address: I) => Vector): void => {
          const factor = f.let(read(i32.add(vector, position)))
          for (const { start, sum } of rows) {
            f.set(sum, multiplyAdd(factor, read(i32.add(start, position)), sum))
          }
        }
        f.range(0, whole, bytes * lanes, (position) => add(position, (address) => load('v128', address)))
        f.range(whole, total, bytes, (position) => add(position, (address) => element.gather(f, [address])))
        const sumsByLane = transpose(
          f,
          rows.map(({ sum }) => sum),
        )
        f.store(
          'v128',
          i32.add(sums, i32.mul(row, bytes)),
          sumsByLane.reduce((a, b) => plus(a, b)),
        )
      })
    },
    'dotRows',
  )
}

/** Elements from wherever they are, one after the other. */
function defineCollect(module: ModuleBuilder, { bits, bytes }: Element): void {
  module.define(
    ['i32', 'i32', 'i32', 'i32'],
    (f, to, count, base, offsets) => {
      f.range(0, count, 1, (position) => {
        const from = i32.add(base, entry(offsets, position))
        f.storeLane(
          bits,
          i32.add(to, i32.mul(position, bytes)),
          loadLane(bits, from, i32x4.constant(0), 0),
          0,
        )
      })
    },
    'collect',
  )
}

export function defineThin(module: ModuleBuilder, element: Element): void {
  defineAddRows(module, element)
  defineDotRows(module, element)
  defineCollect(module, element)
}
