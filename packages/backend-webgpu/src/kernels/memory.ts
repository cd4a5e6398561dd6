/** Memory that a kernel reads or writes: a buffer of the caller's, or scratch of the plan's own. */
import type { Buffer, DType, ProgramScalar } from '@nabla/backend'
import type { ExpressionLeaves } from '../expression/leaves.js'
import type { DispatchBuilder } from '../plan/dispatch-builder.js'
import type { Binding, Scratch } from '../plan/plan.js'
import { floatText, integerText, wordText } from '../wgsl/module.js'
import { valueType } from '../wgsl/types.js'

export type Memory = Buffer | Scratch

const isScratch = (memory: Memory): memory is Scratch => 'kind' in memory && memory.kind === 'scratch'

/** The number `n` of the variable `bn` that holds it. */
export function bindMemory(
  builder: DispatchBuilder,
  memory: Memory,
  element: string,
  access: Binding['access'],
): number {
  return isScratch(memory)
    ? builder.scratch(memory, element, access)
    : builder.buffer(memory, element, access)
}

/** A uniform word as a value of `dtype`. */
function scalarText(word: number, dtype: DType): string {
  switch (valueType(dtype)) {
    case 'f32':
      return floatText(word)
    case 'i32':
      return integerText(word)
    case 'u32':
      return wordText(word)
    case 'bool':
      return `(${wordText(word)} != 0u)`
  }
}

/** Adds the scalars of expressions; the result is the text of each. */
export function addScalars(
  builder: DispatchBuilder,
  { scalars }: ExpressionLeaves,
  values: readonly ProgramScalar[],
): (slot: number, dtype: DType) => string {
  const words = scalars.map(({ slot, dtype }) => builder.scalar(values[slot] ?? Number.NaN, dtype))
  return (slot, dtype) => {
    const position = scalars.findIndex((each) => each.slot === slot && each.dtype === dtype)
    return scalarText(words[position] as number, dtype)
  }
}
