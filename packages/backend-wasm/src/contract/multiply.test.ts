/**
 * Products computed in parts, as threads do, must be what they are as a whole, to the last bit.
 */
import { type ContractCall, rowMajorLayout, type Shape, sizeOf, type View } from '@nabla/backend'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeKernels } from './kernels.js'
import { multiply, scratchBytes, wholeOf } from './multiply.js'
import type { Part } from './part.js'
import { planOf } from './plan.js'
import { Tables } from './table.js'
import { makeWorkbench } from './testing/context.js'

const bench = makeWorkbench(false)
const kernels = makeKernels('float32', false, bench.memory)
const tables = new Tables(bench.memory)

function filled(shape: Shape): View {
  const view = bench.view('float32', rowMajorLayout(shape), sizeOf(shape))
  const elements = bench.elements(view)
  for (let i = 0; i < elements.length; i++) elements[i] = Math.sin(i)
  return view
}

const size = fc.integer({ min: 1, max: 300 })

it('is the same in parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), size, size, size, fc.nat(), (b, m, k, n, cut) => {
      const [left, right, output] = [filled([b, m, k]), filled([b, k, n]), filled([b, m, n])]
      const counts = { batch: 1, rows: 1, columns: 1, contracted: 1 }
      const call: ContractCall = { kind: 'contract', label: '', ...counts, left, right, output, scalars: [] }
      const plan = planOf(call, kernels.element, kernels.tile, tables)
      const [first, second] = plan.swapped ? [right, left] : [left, right]
      const at = (view: View): number => bench.elements(view).byteOffset
      const run = (parts: readonly Part[]): number[] => {
        bench.elements(output).fill(Number.NaN)
        for (const part of parts) {
          bench.memory.borrow(scratchBytes(plan, kernels.element), ({ address: scratch }) => {
            const addresses = { left: at(first), right: at(second), output: at(output), scratch }
            multiply(kernels, tables.at, plan, addresses, part, () => {})
          })
        }
        return Array.from(bench.elements(output))
      }
      const whole = wholeOf(plan)
      const batchTo = cut % (b + 1)
      const to = Math.min(whole.to, (cut % whole.to) - ((cut % whole.to) % kernels.tile.rows))
      const expected = run([whole])
      expect(expected).not.toContain(Number.NaN)
      expect(
        run([
          { ...whole, batchTo },
          { ...whole, batchFrom: batchTo },
        ]),
      ).toEqual(expected)
      if (plan.way !== 'tiny') {
        const halves: readonly Part[] = [
          { ...whole, to },
          { ...whole, from: to },
        ]
        expect(run(halves)).toEqual(expected)
      }
      bench.freeAll()
    }),
    { numRuns: 40 },
  )
})
