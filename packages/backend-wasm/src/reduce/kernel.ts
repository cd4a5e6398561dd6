/**
 * The code of a reduction in two forms. Along: the innermost axis is reduced, results come one at a time. Across: the
 * innermost axis is kept, and a row of registers in memory, short enough for the first-level cache, takes in row after row.
 */
import type { Expr } from '@nabla/backend'
import { i32, i32x4, type Local, load, type Value, type Vector } from '../assembler/index.js'
import { type Cursor, read, write } from '../emit/access.js'
import { ArgumentReader } from '../emit/arguments.js'
import type { Lanes } from '../emit/convert.js'
import {
  emitExpressions,
  invariantParts,
  type Known,
  type Leaf,
  type ScalarPlaces,
} from '../emit/expression.js'
import { Kit } from '../emit/kit.js'
import { coordinatesOf, emitElements, emitNest, placeAt, type Round, type Walked } from '../emit/loops.js'
import type { ViewClass } from '../emit/walk.js'
import { unrollFor } from '../map/kernel.js'
import { type Plan, placesOf } from '../map/plan.js'
import { acrossLanes, type Folding, type Incoming, lowestLane } from './folding.js'

/** All that the code of a reduction depends on. */
export interface ReduceShape {
  readonly form: 'along' | 'across'
  /** How many axes are kept and reduced; at least one is reduced, and across one is kept. */
  readonly kept: number
  readonly reduced: number
  readonly folding: Folding
  readonly plan: Plan
  /** Of the leaves of the plan; positions are wanted by argMax and argMin. */
  readonly leaves: readonly ViewClass[]
  readonly positions: boolean
  readonly post: Plan | undefined
  /** The result, then the leaves of `post` but its input 0. */
  readonly results: readonly ViewClass[]
}

/** Columns of a block in a reduction. Narrower ones read memory more slowly: 4096×1024 in 0.45 ms, by 512 in 0.64. */
export const COLUMNS = 1024
/** Columns of one row of registers at most, also where scans use them. */
export const MOST_COLUMNS = 4096
/** What the registers of a row take at most: four for four columns, and for each of up to three columns at the end. */
export const REGISTER_BYTES = (MOST_COLUMNS / 4 + 4) * 64
/** Rows that are folded at once. */
const ROWS = 4

/** The leaves of `post` that are views: input 0 is the reduced value. */
export const postLeaves = (post: Plan | undefined): Leaf[] =>
  (post?.leaves ?? []).filter((leaf) => leaf.kind === 'index' || leaf.slot !== 0)

interface Placed extends ViewClass {
  readonly address: Value<'i32'>
  readonly kept: readonly Value<'i32'>[]
  readonly reduced: readonly Value<'i32'>[]
}

/**
 * Arguments: the lengths of the kept axes and of the reduced ones; the address of the rows of registers, how many steps
 * share one, and how many columns are in one; for each leaf its address and strides along all of them; for the result and the inputs of `post` those along
 * the kept ones; the scalars of the expression, then those of `post`. Steps: results along, blocks of columns across.
 */
export function writeReduceKernel(
  shape: ReduceShape,
  kit: Kit,
  args: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const reader = new ArgumentReader(kit, args)
  const kept = reader.words(shape.kept)
  const reduced = reader.words(shape.reduced)
  const block = reader.word()
  const share = reader.word()
  const columns = reader.word()
  const registers = kit.f.let(i32.add(block, i32.mul(i32.div_u(from, share), REGISTER_BYTES)))
  const place = (each: ViewClass, reducedAxes: number): Placed => ({
    ...each,
    address: reader.word(),
    kept: reader.words(shape.kept),
    reduced: reader.words(reducedAxes),
  })
  const leaves = shape.leaves.map((each) => place(each, shape.reduced))
  const results = shape.results.map((each) => place(each, 0))
  const first = reader.scalars
  const writer = new ReduceWriter(kit, shape, reduced, leaves, {
    own: placesOf(shape.plan.scalars, args, first),
    post: placesOf(shape.post?.scalars ?? [], args, first + 8 * shape.plan.scalars.length),
  })
  kit.f.range(from, to, 1, (step) => {
    if (shape.form === 'along') writer.along(step, kept, results)
    else writer.across(step, kept, results, registers, columns)
  })
}

class ReduceWriter {
  readonly #kit: Kit
  readonly #shape: ReduceShape
  readonly #reduced: readonly Value<'i32'>[]
  readonly #leaves: readonly Placed[]
  readonly #scalars: { readonly own: ScalarPlaces; readonly post: ScalarPlaces }

  constructor(
    kit: Kit,
    shape: ReduceShape,
    reduced: readonly Value<'i32'>[],
    leaves: readonly Placed[],
    scalars: { readonly own: ScalarPlaces; readonly post: ScalarPlaces },
  ) {
    this.#kit = kit
    this.#shape = shape
    this.#reduced = reduced
    this.#leaves = leaves
    this.#scalars = scalars
  }

  /** One result: registers in locals. */
  along(step: Local<'i32'>, kept: readonly Value<'i32'>[], results: readonly Placed[]): void {
    const { f } = this.#kit
    const { folding, positions, plan } = this.#shape
    const coordinates = coordinatesOf(this.#kit, step, kept)
    const registers = folding.initial(this.#kit).map((vector) => f.let(vector))
    const position = f.local('i32')
    f.set(position, i32.constant(0))
    const outer = this.#reduced.slice(0, -1)
    const inner = this.#reduced[outer.length] as Value<'i32'>
    emitNest(this.#kit, outer, this.#walk(coordinates, kept.length), (addresses) => {
      const cursors = this.#cursors(addresses)
      const unroll = positions ? 1 : unrollFor(plan.operations, cursors)
      const known = this.#invariant(cursors)
      emitElements(this.#kit, cursors, inner, unroll, (rounds) => {
        const own = this.#fresh()
        const values = rounds.map(({ ahead, one }) => ({
          lanes: this.#evaluate(own, known, cursors, ahead, one),
          position: this.#positions(own, position),
        }))
        const isOne = rounds[0]?.one === true
        const after = folding.fold(own, registers, values)
        const settled = isOne ? lowestLane(own, folding.wide, after, registers) : after
        const changed = settled.map((vector) => own.let(vector))
        registers.forEach((register, i) => {
          f.set(register, changed[i] as Vector)
        })
        if (positions) f.increase(position, isOne ? 1 : 4)
      })
    })
    const own = this.#fresh()
    const value = folding.result(own, acrossLanes(own, folding, registers))
    const places = results.map(({ address, kept: strides }) => placeAt(own, address, coordinates, strides))
    this.#finish(own, value, this.#resultCursors(results, places), { ahead: 0, one: true })
  }

  /** A block of columns: registers in memory. */
  across(
    step: Local<'i32'>,
    kept: readonly Value<'i32'>[],
    results: readonly Placed[],
    registers: Local<'i32'>,
    columns: Local<'i32'>,
  ): void {
    const { f } = this.#kit
    const { folding } = this.#shape
    const last = kept.length - 1
    const length = kept[last] as Value<'i32'>
    const blocks = f.let(i32.div_u(i32.add(length, i32.sub(columns, 1)), columns))
    const start = f.let(i32.mul(i32.rem_u(step, blocks), columns))
    const width = f.let(i32.sub(length, start))
    f.if(i32.gt_u(width, columns), () => f.set(width, columns))
    const outer = coordinatesOf(this.#kit, f.let(i32.div_u(step, blocks)), kept.slice(0, last))
    const coordinates = [...outer, start]
    const initial = folding.initial(this.#kit)
    this.#eachSlot([], width, registers, (_rounds, slot) => this.#storeRegisters(slot, initial))
    const position = f.local('i32')
    f.set(position, i32.constant(0))
    const walked = this.#walk(coordinates, kept.length)
    emitNest(this.#kit, this.#reduced.slice(0, -1), walked, (addresses) =>
      this.#rows(addresses, width, registers, position),
    )
    const places = results.map(({ address, kept: strides }) =>
      placeAt(this.#kit, address, coordinates, strides),
    )
    const cursors = this.#resultCursors(results, places)
    this.#eachSlot(cursors, width, registers, ([round], slot) => {
      const own = this.#fresh()
      const value = folding.result(own, this.#loadRegisters(slot, initial.length))
      this.#finish(own, value, cursors, round ?? { ahead: 0, one: true })
    })
  }

  /** Folds all rows along the innermost reduced axis, several at once. */
  #rows(
    addresses: readonly Local<'i32'>[],
    width: Value<'i32'>,
    registers: Local<'i32'>,
    position: Local<'i32'>,
  ): void {
    const { f } = this.#kit
    const axis = this.#reduced.length - 1
    const at = addresses.map((address) => f.let(address))
    const left = f.let(this.#reduced[axis] as Value<'i32'>)
    const strideOf = (leaf: number): Value<'i32'> => this.#leaves[leaf]?.reduced[axis] as Value<'i32'>
    for (const rows of this.#shape.plan.operations <= 6 ? [ROWS, 1] : [1]) {
      f.while(
        () => i32.ge_u(left, rows),
        () => {
          const each = Array.from({ length: rows }, (_, row) =>
            this.#cursors(at.map((address, leaf) => i32.add(address, i32.mul(strideOf(leaf), row)))),
          )
          this.#foldRows(each, width, registers, position)
          at.forEach((address, leaf) => {
            f.increase(address, i32.mul(strideOf(leaf), rows))
          })
          f.increase(position, rows)
          f.increase(left, -rows)
        },
      )
    }
  }

  #foldRows(
    rows: readonly (readonly Cursor[])[],
    width: Value<'i32'>,
    registers: Local<'i32'>,
    position: Local<'i32'>,
  ): void {
    const { folding, positions } = this.#shape
    const count = folding.initial(this.#kit).length
    const known = rows.map((cursors) => this.#invariant(cursors))
    this.#eachSlot(rows.flat(), width, registers, ([round], slot) => {
      const own = this.#fresh()
      const values = rows.map((cursors, row): Incoming => {
        const lanes = this.#evaluate(own, known[row] as Known, cursors, 0, round?.one === true)
        return positions ? { lanes, position: own.let(i32x4.splat(i32.add(position, row))) } : { lanes }
      })
      this.#storeRegisters(slot, folding.fold(own, this.#loadRegisters(slot, count), values))
    })
  }

  /** Goes along columns, four or one at a time, with the registers of each. */
  #eachSlot(
    cursors: readonly Cursor[],
    width: Value<'i32'>,
    registers: Local<'i32'>,
    body: (rounds: readonly Round[], slot: Local<'i32'>) => void,
  ): void {
    const { f } = this.#kit
    const bytes = 16 * this.#shape.folding.initial(this.#kit).length
    const slot = f.let(registers)
    emitElements(this.#kit, cursors, width, 1, (rounds) => {
      body(rounds, slot)
      f.increase(slot, bytes)
    })
  }

  #loadRegisters(slot: Local<'i32'>, count: number): Vector[] {
    return Array.from({ length: count }, (_, i) => this.#kit.let(load('v128', slot, 16 * i)))
  }

  #storeRegisters(slot: Local<'i32'>, registers: readonly Vector[]): void {
    registers.forEach((vector, i) => {
      this.#kit.f.store('v128', slot, vector, 16 * i)
    })
  }

  /** The leaves at the first of the positions that fall onto a result. */
  #walk(coordinates: readonly Value<'i32'>[], keptAxes: number): Walked[] {
    return this.#leaves.map(({ address, kept, reduced }) => ({
      at: placeAt(this.#kit, address, coordinates, kept.slice(0, keptAxes)),
      strides: reduced,
    }))
  }

  #cursors(addresses: readonly Value<'i32'>[]): Cursor[] {
    const { form } = this.#shape
    return this.#leaves.map(({ dtype, pace, kept, reduced }, leaf) => ({
      dtype,
      pace,
      at: this.#kit.f.let(addresses[leaf] as Value<'i32'>),
      stride: (form === 'along' ? reduced.at(-1) : kept.at(-1)) as Value<'i32'>,
    }))
  }

  #resultCursors(results: readonly Placed[], places: readonly Local<'i32'>[]): Cursor[] {
    return results.map(({ dtype, pace, kept }, i) => ({
      dtype,
      pace,
      at: this.#kit.f.let(places[i] as Local<'i32'>),
      stride: kept.at(-1) ?? i32.constant(0),
    }))
  }

  /** A kit for one piece of straight code. */
  #fresh(): Kit {
    return new Kit(this.#kit.f, this.#kit.module, this.#kit.choices)
  }

  /** The positions of four elements that follow one another. */
  #positions(kit: Kit, position: Local<'i32'>): Vector {
    return i32x4.add(i32x4.splat(position), kit.counting())
  }

  /** What of the reduced expression does not change along the innermost axis. */
  #invariant(cursors: readonly Cursor[]): Known {
    const { expressions, leaves } = this.#shape.plan
    const cursorOf = (leaf: Leaf): Cursor => cursors[leaves.indexOf(leaf)] as Cursor
    const fixed = invariantParts(expressions, (leaf) => cursorOf(leaf).pace !== 'uniform')
    const kit = this.#fresh()
    return emitExpressions(kit, fixed, new Map(), this.#scalars.own, (leaf) =>
      read(kit, cursorOf(leaf), 0, true),
    )
  }

  /** The reduced expression at four positions, or one. */
  #evaluate(kit: Kit, known: Known, cursors: readonly Cursor[], ahead: number, one: boolean): Lanes {
    const { expressions, leaves } = this.#shape.plan
    const values = emitExpressions(kit, expressions, known, this.#scalars.own, (leaf) =>
      read(kit, cursors[leaves.indexOf(leaf)] as Cursor, ahead, one),
    )
    return values.get(expressions[0] as Expr) ?? []
  }

  /** Maps a result by `post` and stores it; the cursors are those of the result and of the other inputs of `post`. */
  #finish(kit: Kit, value: Lanes, cursors: readonly Cursor[], { ahead, one }: Round): void {
    const { post } = this.#shape
    const settled = value.map((vector) => kit.let(vector))
    const target = cursors[0] as Cursor
    if (post === undefined) {
      write(kit, target, settled, ahead, one)
      return
    }
    const besides = postLeaves(post)
    const reduced = post.leaves.filter((leaf) => leaf.kind === 'input' && leaf.slot === 0)
    const known = new Map(reduced.map((leaf): [Expr, Lanes] => [leaf, settled]))
    const values = emitExpressions(kit, post.expressions, known, this.#scalars.post, (leaf) =>
      read(kit, cursors[1 + besides.indexOf(leaf)] as Cursor, ahead, one),
    )
    write(kit, target, values.get(post.expressions[0] as Expr) ?? [], ahead, one)
  }
}
