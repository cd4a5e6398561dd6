/**
 * Scans along an axis across which the innermost one lies: the totals of a row of lines are kept in memory that stays in the
 * first-level cache, and the rows are gone through one after the other, as memory has them.
 */
import { i32, type Local, load, type Value, type Vector } from '../assembler/index.js'
import { type Cursor, read, write } from '../emit/access.js'
import { ArgumentReader } from '../emit/arguments.js'
import { Kit } from '../emit/kit.js'
import { coordinatesOf, emitElements, placeAt, type Round } from '../emit/loops.js'
import type { ViewClass } from '../emit/walk.js'
import type { Folding } from '../reduce/folding.js'
import { REGISTER_BYTES } from '../reduce/kernel.js'

/** All that the code of such a scan depends on. */
export interface AcrossShape {
  /** How many axes there are besides that of the scan; at least one. */
  readonly kept: number
  readonly folding: Folding
  readonly exclusive: boolean
  /**
   * How many rows are folded at once: one where a block is as wide as the rows, so that memory is read without a gap (4M
   * elements in 1.5 ms, and in 4 by four rows), else four (2.3 ms; one by one 3.7).
   */
  readonly rows: 1 | 4
  /** Of the input and the output, which are contiguous along the innermost axis. */
  readonly classes: readonly ViewClass[]
}

interface Placed extends ViewClass {
  readonly address: Value<'i32'>
  readonly kept: readonly Value<'i32'>[]
  /** Bytes along the axis of the scan. */
  readonly step: Value<'i32'>
}

/**
 * Arguments: the length of the scan's axis, and of the others; the address of the rows of registers, how many steps share
 * one, and how many columns are in one; for input and output the address, the strides along the others, and that along the
 * axis. Steps: blocks of columns.
 */
export function writeAcrossKernel(
  { kept: axes, folding, exclusive, rows: atOnce, classes }: AcrossShape,
  kit: Kit,
  args: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const { f } = kit
  const reader = new ArgumentReader(kit, args)
  const length = reader.word()
  const kept = reader.words(axes)
  const [block, share, columns] = [reader.word(), reader.word(), reader.word()]
  const registers = f.let(i32.add(block, i32.mul(i32.div_u(from, share), REGISTER_BYTES)))
  const views = classes.map((each): Placed => {
    return { ...each, address: reader.word(), kept: reader.words(axes), step: reader.word() }
  })
  const all = kept.at(-1) as Value<'i32'>
  const initial = folding.initial(kit)
  f.range(from, to, 1, (step) => {
    const blocks = f.let(i32.div_u(i32.add(all, i32.sub(columns, 1)), columns))
    const start = f.let(i32.mul(i32.rem_u(step, blocks), columns))
    const width = f.let(i32.sub(all, start))
    f.if(i32.gt_u(width, columns), () => f.set(width, columns))
    const outer = coordinatesOf(kit, f.let(i32.div_u(step, blocks)), kept.slice(0, -1))
    const places = views.map((view) => placeAt(kit, view.address, [...outer, start], view.kept))
    eachSlot(kit, [], width, registers, initial.length, (_, slot) => store(kit, slot, initial))
    const left = f.let(length)
    for (const rows of atOnce === 1 ? [1] : [atOnce, 1]) {
      f.while(
        () => i32.ge_u(left, rows),
        () => {
          const cursors = Array.from({ length: rows }, (_, row) =>
            views.map(({ dtype, pace, step }, i): Cursor => {
              const at = f.let(i32.add(places[i] as Local<'i32'>, i32.mul(step, row)))
              return { dtype, pace, at, stride: i32.constant(0) }
            }),
          )
          eachSlot(kit, cursors.flat(), width, registers, initial.length, (round, slot) => {
            foldRows(new Kit(f, kit.module, kit.choices), folding, exclusive, cursors, round, slot)
          })
          views.forEach(({ step }, i) => {
            f.increase(places[i] as Local<'i32'>, i32.mul(step, rows))
          })
          f.increase(left, -rows)
        },
      )
    }
  })
}

/** One value of each row after the other goes into the registers of its column, and what they say then is written. */
function foldRows(
  kit: Kit,
  folding: Folding,
  exclusive: boolean,
  rows: readonly (readonly Cursor[])[],
  { ahead, one }: Round,
  slot: Local<'i32'>,
): void {
  const count = folding.initial(kit).length
  let registers: readonly Vector[] = Array.from({ length: count }, (_, i) =>
    kit.let(load('v128', slot, 16 * i)),
  )
  for (const [source, target] of rows as readonly (readonly [Cursor, Cursor])[]) {
    const lanes = read(kit, source, ahead, one).map((each) => kit.let(each))
    const before = registers
    registers = folding.fold(kit, registers, [{ lanes }]).map((each) => kit.let(each))
    write(kit, target, folding.result(kit, exclusive ? before : registers), ahead, one)
  }
  store(kit, slot, registers)
}

/** Goes along columns, four or one at a time, with the registers of each. */
function eachSlot(
  kit: Kit,
  cursors: readonly Cursor[],
  width: Value<'i32'>,
  registers: Local<'i32'>,
  count: number,
  body: (round: Round, slot: Local<'i32'>) => void,
): void {
  const slot = kit.f.let(registers)
  emitElements(kit, cursors, width, 1, ([round]) => {
    body(round as Round, slot)
    kit.f.increase(slot, 16 * count)
  })
}

function store(kit: Kit, slot: Local<'i32'>, registers: readonly Vector[]): void {
  registers.forEach((vector, i) => {
    kit.f.store('v128', slot, vector, 16 * i)
  })
}
