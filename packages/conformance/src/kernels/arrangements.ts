/**
 * Arrangements: the ways in which a view may lie in its buffer. Every kernel must see the same elements through all of
 * them.
 */
import { type Layout, permuteLayout, rowMajorLayout, type Shape, sizeOf, sliceLayout } from '@nabla/backend'

/** A layout and the length of a buffer that it fits in. */
export interface Placement {
  readonly layout: Layout
  readonly length: number
}

export interface Arrangement {
  readonly name: string
  readonly place: (shape: Shape) => Placement
}

function whole(shape: Shape): Placement {
  return { layout: rowMajorLayout(shape), length: sizeOf(shape) }
}

function permuted(shape: Shape, order: readonly number[]): Placement {
  // Memory holds the axes in `order`; the view brings them back.
  const { layout, length } = whole(order.map((axis) => shape[axis] as number))
  const back = shape.map((_, axis) => order.indexOf(axis))
  return { layout: permuteLayout(layout, back), length }
}

const CONTIGUOUS: Arrangement = { name: 'contiguous', place: whole }

const OFFSET: Arrangement = {
  name: 'offset',
  place: (shape) => ({ layout: { ...rowMajorLayout(shape), offset: 3 }, length: sizeOf(shape) + 5 }),
}

const TRANSPOSED: Arrangement = {
  name: 'transposed',
  place: (shape) => permuted(shape, shape.map((_, axis) => axis).reverse()),
}

const ROTATED: Arrangement = {
  name: 'rotated',
  place: (shape) =>
    permuted(
      shape,
      shape.map((_, axis) => (axis + 1) % shape.length),
    ),
}

const PADDED: Arrangement = {
  name: 'padded rows',
  place: (shape) => {
    const { layout, length } = whole(shape.map((each, axis) => (axis === shape.length - 1 ? each + 2 : each)))
    return { layout: { ...layout, shape, offset: Math.min(1, length) }, length: length + 1 }
  },
}

const STEPPED: Arrangement = {
  name: 'stepped',
  place: (shape) => {
    const { layout, length } = whole(shape.map((each) => each * 2))
    const sliced = shape.reduce((part, each, axis) => sliceLayout(part, axis, 1, each, 2), layout)
    return { layout: sliced, length: Math.max(1, length) }
  },
}

const REVERSED: Arrangement = {
  name: 'reversed',
  place: (shape) => {
    const { layout, length } = whole(shape)
    return {
      layout: shape.reduce((part, each, axis) => sliceLayout(part, axis, each - 1, each, -1), layout),
      length,
    }
  },
}

/** The axes for which `chosen` holds are repetitions of one element. */
function repeated(name: string, chosen: (axis: number, rank: number) => boolean): Arrangement {
  return {
    name,
    place: (shape) => {
      const { layout, length } = whole(
        shape.map((each, axis) => (chosen(axis, shape.length) ? Math.min(each, 1) : each)),
      )
      const strides = layout.strides.map((stride, axis) => (chosen(axis, shape.length) ? 0 : stride))
      return { layout: { shape, strides, offset: 0 }, length }
    },
  }
}

/** Arrangements that a kernel may write to: every element has a place of its own. */
export const WRITABLE: readonly Arrangement[] = [
  CONTIGUOUS,
  TRANSPOSED,
  STEPPED,
  REVERSED,
  PADDED,
  ROTATED,
  OFFSET,
]

/** Arrangements that a kernel may read from. */
export const READABLE: readonly Arrangement[] = [
  ...WRITABLE,
  repeated('repeated rows', (axis) => axis === 0),
  repeated('repeated columns', (axis, rank) => axis === rank - 1),
  repeated('one element', () => true),
]

export const PLAIN = CONTIGUOUS

/** The arrangement number `i`, round and round. */
export function arrangement(list: readonly Arrangement[], i: number): Arrangement {
  return list[i % list.length] as Arrangement
}
