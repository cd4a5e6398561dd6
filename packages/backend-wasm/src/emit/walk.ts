/**
 * Walks: all rows of a nest of any number of axes, one after the other, from any of them on. What maps, copies, gathers and
 * scatters have in common; and how the host describes the nest.
 */
import { i32, type Local, type Value } from '../assembler/index.js'
import type { ArgumentWriter } from '../device.js'
import type { Nest, Placed } from '../nest.js'
import { advance, type Cursor, type Pace, type StoredType } from './access.js'
import { ArgumentReader } from './arguments.js'
import type { Kit } from './kit.js'
import { coordinatesOf, placeAt } from './loops.js'

/** A view of a kernel: what its elements are and how it goes along the innermost axis. */
export interface ViewClass {
  readonly dtype: StoredType | undefined
  readonly pace: Pace
}

/** A view as the arguments describe it. */
interface ReadView extends ViewClass {
  readonly address: Value<'i32'>
  readonly outer: readonly Value<'i32'>[]
  readonly stride: Value<'i32'>
}

function readViews(reader: ArgumentReader, rank: number, classes: readonly ViewClass[]): ReadView[] {
  return classes.map((each) => ({
    ...each,
    address: reader.word(),
    outer: reader.words(rank - 1),
    stride: each.pace === 'strided' ? reader.word() : i32.constant(0),
  }))
}

/** A walk over views along all axes of a nest. */
export interface Walk {
  readonly kit: Kit
  readonly args: Local<'i32'>
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  readonly rank: number
  readonly classes: readonly ViewClass[]
}

/**
 * Calls `row` to write the innermost loop, over `count` elements from where the cursors stand.
 *
 * Arguments: the length of the innermost axis, those of the others; for each view its address, the strides along the other
 * axes, and that along the innermost if it is strided; then what `more` reads. Steps: elements if there is one axis, else
 * rows.
 */
export function emitWalk<M>(
  { kit, args, from, to, rank, classes }: Walk,
  more: (reader: ArgumentReader) => M,
  row: (cursors: readonly Cursor[], count: Value<'i32'>, read: M) => void,
): void {
  const { f } = kit
  const reader = new ArgumentReader(kit, args)
  const inner = reader.word()
  const lengths = reader.words(rank - 1)
  const views = readViews(reader, rank, classes)
  const others = more(reader)
  if (rank === 1) {
    const cursors = views.map((view) => cursorAt(kit, view, view.address))
    for (const cursor of cursors) advance(kit, cursor, from)
    row(cursors, i32.sub(to, from), others)
    return
  }
  const coordinates = coordinatesOf(kit, from, lengths)
  const places = views.map(({ address, outer }) => placeAt(kit, address, coordinates, outer))
  f.range(from, to, 1, () => {
    const cursors = views.map((view, i) => cursorAt(kit, view, places[i] as Local<'i32'>))
    row(cursors, inner, others)
    nextRow(kit, coordinates, lengths, places, views)
  })
}

function cursorAt(kit: Kit, { dtype, pace, stride }: ReadView, address: Value<'i32'>): Cursor {
  return { dtype, pace, stride, at: kit.f.let(address) }
}

/** One step of the odometer over the outer axes. */
function nextRow(
  kit: Kit,
  coordinates: readonly Local<'i32'>[],
  lengths: readonly Value<'i32'>[],
  places: readonly Local<'i32'>[],
  views: readonly ReadView[],
): void {
  const { f } = kit
  const step = (axis: number): void => {
    const coordinate = coordinates[axis] as Local<'i32'>
    const length = lengths[axis] as Value<'i32'>
    f.increase(coordinate, 1)
    places.forEach((place, i) => {
      f.increase(place, views[i]?.outer[axis] as Value<'i32'>)
    })
    if (axis === 0) return
    f.if(i32.eq(coordinate, length), () => {
      f.set(coordinate, i32.constant(0))
      places.forEach((place, i) => {
        f.set(place, i32.sub(place, i32.mul(length, views[i]?.outer[axis] as Value<'i32'>)))
      })
      step(axis - 1)
    })
  }
  step(lengths.length - 1)
}

/** Writes what `emitWalk` reads. */
export function writeWalk(
  writer: ArgumentWriter,
  { lengths, strides }: Nest,
  views: readonly Placed[],
  paces: readonly Pace[],
): void {
  const last = lengths.length - 1
  writer.word(lengths[last] as number)
  writer.words(lengths.slice(0, last))
  views.forEach(({ address }, i) => {
    const own = strides[i] as readonly number[]
    writer.word(address)
    writer.words(own.slice(0, last))
    if (paces[i] === 'strided') writer.word(own[last] as number)
  })
}
