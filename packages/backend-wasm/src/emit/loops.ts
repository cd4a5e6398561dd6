/**
 * The loops of kernels: the innermost one over four elements at a time with a tail of single ones, and those around it
 * over the other axes.
 */
import { i32, type Local, type Value } from '../assembler/index.js'
import { advance, type Cursor } from './access.js'
import type { Kit } from './kit.js'

/** One round of the innermost loop. */
export interface Round {
  /** Elements ahead of where the cursors stand, in an unrolled loop. */
  readonly ahead: number
  /** Whether it is about a single element instead of four. */
  readonly one: boolean
}

/**
 * Runs `body` for `count` elements: `unroll` rounds of four at a time (only where no cursor is strided), then rounds of
 * four, then single elements; the cursors are moved on. `together` gets all rounds that run at once.
 */
export function emitElements(
  kit: Kit,
  cursors: readonly Cursor[],
  count: Value<'i32'>,
  unroll: number,
  together: (rounds: readonly Round[]) => void,
): void {
  const { f } = kit
  const left = f.let(count)
  const group = (rounds: readonly Round[], elements: number): void => {
    f.while(
      () => i32.ge_u(left, elements),
      () => {
        together(rounds)
        for (const cursor of cursors) advance(kit, cursor, elements)
        f.increase(left, -elements)
      },
    )
  }
  if (unroll > 1) {
    group(
      Array.from({ length: unroll }, (_, i) => ({ ahead: 4 * i, one: false })),
      4 * unroll,
    )
  }
  group([{ ahead: 0, one: false }], 4)
  group([{ ahead: 0, one: true }], 1)
}

/** The address of each view at coordinates: `base + Σ coordinate · stride`. */
export function placeAt(
  kit: Kit,
  base: Value<'i32'>,
  coordinates: readonly Value<'i32'>[],
  strides: readonly Value<'i32'>[],
): Local<'i32'> {
  return kit.f.let(
    coordinates.reduce(
      (sum, coordinate, axis) => i32.add(sum, i32.mul(coordinate, strides[axis] as Value<'i32'>)),
      base,
    ),
  )
}

/** Coordinates of position `number` in row-major order. */
export function coordinatesOf(
  kit: Kit,
  number: Local<'i32'>,
  lengths: readonly Value<'i32'>[],
): Local<'i32'>[] {
  const { f } = kit
  const rest = f.let(number)
  const coordinates: Local<'i32'>[] = []
  for (let axis = lengths.length - 1; axis > 0; axis--) {
    const length = lengths[axis] as Value<'i32'>
    coordinates.unshift(f.let(i32.rem_u(rest, length)))
    f.set(rest, i32.div_u(rest, length))
  }
  return lengths.length === 0 ? [] : [rest, ...coordinates]
}

/** Views that a nest of loops moves on together. */
export interface Walked {
  readonly at: Local<'i32'>
  /** Bytes per step along each axis of the nest. */
  readonly strides: readonly Value<'i32'>[]
}

/** Loops around loops over axes of any lengths, 0 included; `body` gets the address of each view in turn. */
export function emitNest(
  kit: Kit,
  lengths: readonly Value<'i32'>[],
  views: readonly Walked[],
  body: (addresses: readonly Local<'i32'>[]) => void,
  axis = 0,
): void {
  const { f } = kit
  if (axis === lengths.length) {
    body(views.map(({ at }) => at))
    return
  }
  const own = views.map(({ at, strides }) => ({ at: f.let(at), strides }))
  const left = f.let(lengths[axis] as Value<'i32'>)
  f.while(
    () => left,
    () => {
      emitNest(kit, lengths, own, body, axis + 1)
      for (const { at, strides } of own) f.increase(at, strides[axis] as Value<'i32'>)
      f.increase(left, -1)
    },
  )
}
