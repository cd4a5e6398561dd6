/** Reference composites: the formula on one line of numbers at a time. */
import type { CompositeCall, CompositeName, View } from '@nabla/backend'
import { aroundAxis, type ReadView, type Written } from './elements.js'

function logSumExp(line: readonly number[]): number {
  const largest = line.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return largest + Math.log(line.reduce((sum, x) => sum + Math.exp(x - largest), 0))
}

const FORMULAS: Record<CompositeName, (line: readonly number[]) => number[]> = {
  softmax: (line) => line.map((x) => Math.exp(x - logSumExp(line))),
  logSoftmax: (line) => line.map((x) => x - logSumExp(line)),
}

export function referenceComposite(call: CompositeCall, read: ReadView): Written[] {
  const [input] = call.inputs as readonly [View]
  const [output] = call.outputs as readonly [View]
  const elements = read(input)
  const values = elements.map(() => 0)
  const { before, length, after } = aroundAxis(input.shape, call.attributes.axis as number)
  for (let b = 0; b < before; b++) {
    for (let a = 0; a < after; a++) {
      const at = (i: number): number => (b * length + i) * after + a
      const line = Array.from({ length }, (_, i) => elements[at(i)] as number)
      FORMULAS[call.name](line).forEach((value, i) => {
        values[at(i)] = value
      })
    }
  }
  return [{ view: output, values }]
}
