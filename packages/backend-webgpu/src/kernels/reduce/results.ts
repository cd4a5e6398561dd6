/** Results as the end of a reduction: finished, mapped by the post expression, and stored. */
import { expressionFunction } from '../../expression/function.js'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { addScalars, bindMemory } from '../memory.js'
import type { Writer } from './parts.js'
import type { ReduceProblem } from './problem.js'

export function writeResults(builder: DispatchBuilder, problem: ReduceProblem, facts: DeviceFacts): Writer {
  const { fold, result, ending, output } = problem
  const target = bindMemory(builder, output.memory, storedType(output.dtype, facts), 'read_write')
  if (ending === undefined) {
    return {
      views: [output.kept],
      key: `b${target}`,
      text: (first) => ({
        scope: [],
        statements: `let value = ${fold.finish('state')};
b${target}[u32(k.p${first})] = ${storeText('value', result, facts)};`,
      }),
    }
  }
  const { post, leaves, inputs, axes } = ending
  const sources = inputs.map(({ memory, dtype }) =>
    bindMemory(builder, memory, storedType(dtype, facts), 'read'),
  )
  const scalar = addScalars(builder, leaves, problem.scalars)
  const slots = [...leaves.inputs.keys()].filter((slot) => slot > 0)
  return {
    views: [output.kept, ...inputs.map(({ kept }) => kept)],
    key: `b${target} ${post.id} ${sources.map((source) => `b${source}`)} ${axes}`,
    text: (first) => {
      const after = expressionFunction('after', [post], scalar)
      const call = after.call(
        (slot, dtype) => {
          if (slot === 0) return 'value'
          const i = slots.indexOf(slot)
          return loadText(`b${sources[i]}[u32(k.p${first + 1 + i})]`, dtype, facts)
        },
        (axis) => {
          const position = axes[leaves.axes.indexOf(axis)] ?? -1
          return position < 0 ? '0i' : `k.c${position}`
        },
      )
      return {
        scope: after.texts,
        statements: `let value = ${fold.finish('state')};
let done = ${call};
b${target}[u32(k.p${first})] = ${storeText('done', output.dtype, facts)};`,
      }
    },
  }
}
