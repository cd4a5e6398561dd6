/** Which temporaries share memory: never two that are in use at once, never more memory than without. */
import {
  type DType,
  expressions as e,
  input,
  type Program,
  type ProgramCall,
  rowMajorLayout,
  tenantsOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planBlocks } from './blocks.js'

const view = (buffer: number, length: number, dtype: DType = 'float32'): View<number> => ({
  buffer,
  dtype,
  ...rowMajorLayout([length]),
})

/** slots[to] = sums of slots[from]; no call can write over what it reads, since nothing of it is elementwise. */
function reduceCall(program: Program['slots'], from: number, to: number): ProgramCall {
  const [source, target] = [program[from], program[to]]
  return {
    kind: 'reduce',
    label: 'sum',
    operation: 'sum',
    shape: [source?.length ?? 0],
    axes: [],
    expression: input(0, 'float32'),
    inputs: [view(from, source?.length ?? 0)],
    scalars: [],
    output: view(to, target?.length ?? 0),
  }
}

/** Programs whose calls each read a slot that was written before and write one. */
const programs = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 50 }), back: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((steps): Program => {
    const slots = [{ length: 8 }, ...steps].map(({ length }) => ({ dtype: 'float32' as const, length }))
    const calls = steps.map(({ back }, i) => reduceCall(slots, Math.max(0, i + 1 - back), i + 1))
    return { slots, external: [0], scalars: 0, calls }
  })

const storedAs = (dtype: DType): string => (dtype === 'bool' || dtype === 'uint8' ? 'u32' : dtype)

it('temporaries that share a block are never in use at once, and fit in it', () => {
  fc.assert(
    fc.property(programs, (program) => {
      const { blocks, blockOf } = planBlocks(program, storedAs)
      expect(blockOf[0]).toBeUndefined()
      const tenants = tenantsOf(program)
      for (const one of tenants) {
        const block = blockOf[one.slots[0] ?? -1] ?? -1
        expect(blocks[block]?.length).toBeGreaterThanOrEqual(one.length)
        for (const other of tenants) {
          if (other === one || other.last < one.first || one.last < other.first) continue
          expect(blockOf[other.slots[0] ?? -1]).not.toBe(block)
        }
      }
      const sum = (items: readonly { length: number }[]): number =>
        items.reduce((all, { length }) => all + length, 0)
      expect(sum(blocks)).toBeLessThanOrEqual(sum(tenants))
    }),
  )
})

it('types share a block if they are stored alike', () => {
  const types: DType[] = ['float32', 'bool', 'uint8', 'int32', 'float32']
  const slots = types.map((dtype) => ({ dtype, length: 4 }))
  const calls = types.slice(1).map(
    (dtype, i): ProgramCall => ({
      kind: 'map',
      label: 'cast',
      shape: [4],
      expressions: [e.cast(input(0, types[i] ?? 'float32'), dtype)],
      inputs: [view(i, 4, types[i])],
      scalars: [],
      outputs: [view(i + 1, 4, dtype)],
    }),
  )
  // A chain of 0 → 1 → 2 → 3 → 4, the ends bound by the caller.
  const plan = planBlocks({ slots, external: [0, 4], scalars: 0, calls }, storedAs)
  expect(plan.blocks).toHaveLength(3)
  expect(new Set(plan.blockOf.slice(1, 4)).size).toBe(3)
  const longer = [
    ...calls,
    { ...(calls[0] as ProgramCall & { kind: 'map' }), inputs: [view(4, 4)], outputs: [view(5, 4, 'bool')] },
  ]
  const reused = planBlocks(
    { slots: [...slots, { dtype: 'bool', length: 4 }], external: [0, 4], scalars: 0, calls: longer },
    storedAs,
  )
  expect(reused.blocks).toHaveLength(3)
  expect(reused.blockOf.slice(1, 3)).toContain(reused.blockOf[5])
})

it('an elementwise call writes over what nobody needs any more', () => {
  const slots = Array.from({ length: 4 }, () => ({ dtype: 'float32' as const, length: 4 }))
  const calls = [0, 1, 2].map(
    (from): ProgramCall => ({
      kind: 'map',
      label: 'double',
      shape: [4],
      expressions: [e.add(input(0, 'float32'), input(0, 'float32'))],
      inputs: [view(from, 4)],
      scalars: [],
      outputs: [view(from + 1, 4)],
    }),
  )
  const { blocks, blockOf } = planBlocks({ slots, external: [0, 3], scalars: 0, calls }, storedAs)
  expect(blocks).toHaveLength(1)
  expect(blockOf).toEqual([undefined, 0, 0, undefined])
})
