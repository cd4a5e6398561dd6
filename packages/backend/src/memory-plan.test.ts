/**
 * Memory plans: nothing that is alive at the same time overlaps, and only what may be written in place is.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from './dtype.js'
import { expressions as e } from './expr/expressions.js'
import { type Expr, input } from './expr/node.js'
import { viewsOf } from './kernel.js'
import { isWhole, planMemory } from './memory-plan.js'
import type { Program, ProgramCall, Slot } from './program.js'
import { rowMajorLayout } from './view.js'

const ALIGNMENT = 64

interface Draft {
  readonly kind: 'map' | 'sum' | 'part' | 'transposed'
  readonly operands: readonly [number, number]
  readonly outputs: 1 | 2
  readonly isExternal: boolean
}

const drafts = fc.array(
  fc.record<Draft>({
    kind: fc.constantFrom('map', 'map', 'map', 'sum', 'part', 'transposed'),
    operands: fc.tuple(fc.nat(20), fc.nat(20)),
    outputs: fc.constantFrom(1, 1, 2),
    isExternal: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25, size: 'max' },
)

const whole = (buffer: number, slots: readonly Slot[]) => {
  const { dtype, length } = slots[buffer] as Slot
  return { buffer, dtype, ...rowMajorLayout([length]) }
}

/** A program whose calls read what there is and write slots of their own; slot 0 is given. */
function programOf(list: readonly Draft[], dtypes: readonly DType[]): Program {
  const slots: Slot[] = [{ dtype: 'float32', length: 48 }]
  const external = [0]
  const calls: ProgramCall[] = []
  const add = (dtype: DType, length: number, isExternal: boolean): number => {
    const slot = slots.push({ dtype, length }) - 1
    if (isExternal) external.push(slot)
    return slot
  }
  list.forEach(({ kind, operands: [first, second], outputs, isExternal }, position) => {
    const source = first % slots.length
    const { dtype, length } = slots[source] as Slot
    const x: Expr = input(0, dtype)
    const shared = { label: kind, scalars: [] }
    if (kind === 'sum') {
      const target = add(dtype, 1, isExternal)
      const view = whole(source, slots)
      calls.push({
        ...shared,
        kind: 'reduce',
        operation: 'sum',
        shape: view.shape,
        axes: [0],
        expression: x,
        inputs: [view],
        output: whole(target, slots),
      })
      return
    }
    const other = second % slots.length
    const fits = (slots[other] as Slot).dtype === dtype && (slots[other] as Slot).length === length
    const type = dtypes[position % dtypes.length] ?? dtype
    const half = Math.max(1, Math.floor(length / 2))
    const size = kind === 'part' ? half : length
    const shape = kind === 'transposed' && length % 2 === 0 ? [2, length / 2] : [size]
    const seen = (slot: number) => {
      const view = { ...whole(slot, slots), ...rowMajorLayout(shape) }
      return kind === 'transposed' && shape.length === 2 ? { ...view, strides: [1, 2] } : view
    }
    const inputs = [source, ...(fits && kind === 'map' ? [other] : [])].map(seen)
    const targets = Array.from({ length: outputs }, () => add(type, size, isExternal))
    calls.push({
      ...shared,
      kind: 'map',
      shape,
      expressions: targets.map((_, i) => e.cast(i === 0 ? e.negate(x) : x, type)),
      inputs,
      outputs: targets.map((slot) => ({ ...whole(slot, slots), ...rowMajorLayout(shape) })),
    })
  })
  return { slots, external: [...new Set(external)], scalars: 0, calls }
}

/** The first and last call that touches each slot. */
function lives({ slots, calls }: Program): (readonly [number, number] | undefined)[] {
  return slots.map((_, slot) => {
    const touching = calls.flatMap((call, position) => {
      const { reads, writes } = viewsOf(call)
      return [...reads, ...writes].some(({ buffer }) => buffer === slot) ? [position] : []
    })
    const first = touching[0]
    return first === undefined ? undefined : [first, touching.at(-1) as number]
  })
}

const programs = drafts.map((list) => programOf(list, ['float32', 'float32', 'int32']))

describe('planMemory', () => {
  it('gives every temporary a place in an arena of its type, and nothing else one', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { arenas, places } = planMemory(program)
        program.slots.forEach(({ dtype, length }, slot) => {
          const place = places[slot]
          expect(place === undefined).toBe(program.external.includes(slot))
          if (place === undefined) return
          const arena = arenas[place.arena] as Slot
          expect(arena.dtype).toBe(dtype)
          expect(place.offset + length).toBeLessThanOrEqual(arena.length)
          expect(place.offset % ALIGNMENT).toBe(0)
        })
      }),
    )
  })

  it('never lets two that are alive at once overlap, but for an elementwise call over what it reads last', () => {
    let inPlace = 0
    fc.assert(
      fc.property(programs, (program) => {
        const { places } = planMemory(program)
        const life = lives(program)
        places.forEach((place, slot) => {
          places.slice(0, slot).forEach((other, before) => {
            if (place === undefined || other === undefined || place.arena !== other.arena) return
            const [mine, others] = [program.slots[slot] as Slot, program.slots[before] as Slot]
            const overlap =
              place.offset < other.offset + others.length && other.offset < place.offset + mine.length
            const [first, last] = life[slot] ?? [0, 0]
            const [otherFirst, otherLast] = life[before] ?? [0, 0]
            if (!overlap || first > otherLast || otherFirst > last) return
            expect([place.offset, mine.length]).toEqual([other.offset, others.length])
            expect(first).toBe(otherLast)
            const call = program.calls[first] as ProgramCall
            expect(call.kind).toBe('map')
            const reads = viewsOf(call).reads.filter(({ buffer }) => buffer === before)
            expect(reads.every((view) => isWhole(view, others))).toBe(true)
            inPlace += 1
          })
        })
      }),
      { numRuns: 300 },
    )
    expect(inPlace).toBeGreaterThan(20)
  })

  it('takes no more than all of them apart', () => {
    let smaller = 0
    fc.assert(
      fc.property(programs, (program) => {
        const { arenas, places } = planMemory(program)
        arenas.forEach(({ length }, arena) => {
          const sum = places.reduce(
            (total, place, slot) =>
              total +
              (place?.arena === arena
                ? Math.ceil((program.slots[slot] as Slot).length / ALIGNMENT) * ALIGNMENT
                : 0),
            0,
          )
          expect(length).toBeLessThanOrEqual(sum)
          if (length < sum / 2) smaller += 1
        })
      }),
    )
    expect(smaller).toBeGreaterThan(5)
  })

  it('writes over only one input for one of two outputs', () => {
    const slots: Slot[] = Array.from({ length: 4 }, () => ({ dtype: 'float32', length: 8 }))
    const x = input(0, 'float32')
    const map = (inputs: number[], outputs: number[]): ProgramCall => ({
      kind: 'map',
      label: 'map',
      shape: [8],
      expressions: outputs.map(() => e.negate(x)),
      inputs: inputs.map((slot) => whole(slot, slots)),
      scalars: [],
      outputs: outputs.map((slot) => whole(slot, slots)),
    })
    const program: Program = {
      slots,
      external: [0],
      scalars: 0,
      calls: [map([0], [1]), map([1], [2, 3]), map([2, 3], [0])],
    }
    const { places, arenas } = planMemory(program)
    expect(new Set(places.slice(1).map((place) => place?.offset)).size).toBe(2)
    expect(places[2]?.offset).not.toBe(places[3]?.offset)
    expect(arenas).toEqual([{ dtype: 'float32', length: 72 }])
  })
})
