/**
 * The code of softmax and logSoftmax over rows of float32 that lie together: three passes over a row, which stays in the
 * first-level cache meanwhile. NaN need not be looked for in the maximum, since the sum has it then.
 */
import type { CompositeName } from '@nabla/backend'
import { f32x4, i32, type Local, type Value, type Vector, v128 } from '../assembler/index.js'
import { type Cursor, read, write } from '../emit/access.js'
import { ArgumentReader } from '../emit/arguments.js'
import { Kit } from '../emit/kit.js'
import { coordinatesOf, emitElements, placeAt, type Round } from '../emit/loops.js'
import { exponentialBelow0, SCALE } from '../math/exponential.js'
import { logarithm } from '../math/logarithm.js'
import { acrossLanes, foldingOf, lowestLane } from '../reduce/folding.js'

/** Vectors of one round; those of the sum are added by pairs. */
const UNROLL = 4

/** A row, of the source or the target. */
interface Row {
  readonly at: Local<'i32'>
  readonly length: Value<'i32'>
}

const cursorOn = (kit: Kit, { at }: Row): Cursor => ({
  dtype: 'float32',
  pace: 'contiguous',
  at: kit.f.let(at),
  stride: i32.constant(4),
})

/** The elements of a row, or of two rows, vector by vector. */
function eachOf(
  kit: Kit,
  rows: readonly Row[],
  together: (rounds: readonly Round[], cursors: readonly Cursor[]) => void,
): void {
  const cursors = rows.map((row) => cursorOn(kit, row))
  emitElements(kit, cursors, rows[0]?.length ?? i32.constant(0), UNROLL, (rounds) =>
    together(rounds, cursors),
  )
}

const at = (kit: Kit, cursor: Cursor | undefined, { ahead, one }: Round): Vector =>
  read(kit, cursor as Cursor, ahead, one)[0] as Vector

/** The greatest element, NaN left out, in all lanes. */
function largestOf(kit: Kit, source: Row): Vector {
  const { f } = kit
  // As many as there are vectors in a round, since each waits for itself.
  const best = Array.from({ length: UNROLL }, () => f.let(kit.float(Number.NEGATIVE_INFINITY)))
  eachOf(kit, [source], (rounds, [cursor]) => {
    rounds.forEach((round, i) => {
      const own = best[i] as Local<'v128'>
      // Of a single element all lanes are it.
      f.set(own, f32x4.pmax(own, at(kit, cursor, round)))
    })
  })
  const greater = (a: Vector, b: Vector): Vector => kit.let(f32x4.pmax(a, b))
  const all = best.reduce<Vector>(greater, best[0] as Vector)
  const half = greater(all, v128.shuffle(all, all, [2, 3, 0, 1]))
  return greater(half, v128.shuffle(half, half, [1, 0, 3, 2]))
}

/** SCALE times the sum of exponentials below the largest, in all lanes; stored are they, if that is wanted. */
function sumOf(kit: Kit, source: Row, largest: Vector, target: Row | undefined): Vector {
  const { f } = kit
  const sum = foldingOf('sum', 'float32')
  const registers = sum.initial(kit).map((each) => f.let(each))
  eachOf(kit, target === undefined ? [source] : [source, target], (rounds, [from, to]) => {
    const own = new Kit(f, kit.module, kit.choices)
    const exponentials = rounds.map((round) => {
      const exponential = own.let(exponentialBelow0(own, f32x4.sub(at(own, from, round), largest)))
      if (to !== undefined) write(own, to, [exponential], round.ahead, round.one)
      return { lanes: [exponential] }
    })
    const after = sum.fold(own, registers, exponentials)
    const isOne = rounds[0]?.one === true
    const settled = isOne ? lowestLane(own, sum.wide, after, registers).map((each) => own.let(each)) : after
    registers.forEach((register, i) => {
      f.set(register, settled[i] as Vector)
    })
  })
  return kit.let(sum.result(kit, acrossLanes(kit, sum, registers))[0] as Vector)
}

/** Every element of the target from that of `from`. */
function mapRow(kit: Kit, from: Row, target: Row, formula: (x: Vector) => Vector): void {
  eachOf(kit, [from, target], (rounds, [source, to]) => {
    for (const round of rounds) {
      write(kit, to as Cursor, [formula(at(kit, source, round))], round.ahead, round.one)
    }
  })
}

/**
 * Arguments: the length of a row; the lengths of the other axes; for source and target the address and strides along
 * those. Steps: rows.
 */
export function writeRowKernel(
  name: CompositeName,
  axes: number,
  kit: Kit,
  args: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const reader = new ArgumentReader(kit, args)
  const length = reader.word()
  const lengths = reader.words(axes)
  const views = [0, 1].map(() => ({ address: reader.word(), strides: reader.words(axes) }))
  kit.f.range(from, to, 1, (step) => {
    const coordinates = coordinatesOf(kit, step, lengths)
    const [source, target] = views.map(({ address, strides }): Row => {
      return { at: placeAt(kit, address, coordinates, strides), length }
    }) as [Row, Row]
    const largest = largestOf(kit, source)
    if (name === 'softmax') {
      const factor = kit.let(f32x4.div(kit.float(1), sumOf(kit, source, largest, target)))
      mapRow(kit, target, target, (x) => f32x4.mul(x, factor))
    } else {
      const sum = kit.let(f32x4.mul(sumOf(kit, source, largest, undefined), kit.float(1 / SCALE)))
      const log = kit.let(logarithm(kit, sum))
      mapRow(kit, source, target, (x) => f32x4.sub(f32x4.sub(x, largest), log))
    }
  })
}
