/**
 * Elements or whole slices picked by index along one axis: one invocation per element of the output, or per four where
 * slices lie in memory as they are wanted.
 */
import { type Buffer, describeShape, type GatherCall } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { KernelPlan, Planner } from '../../plan/plan.js'
import { reportFault, wordText } from '../../wgsl/module.js'
import { storedType } from '../../wgsl/types.js'
import { checkIndexType, FROM_FRONT, indexFault } from './indices.js'
import { buildNest, type Nest, orderByStride } from './nest.js'
import { QUAD, quadNest } from './quads.js'
import { groupsFor, lanesOf, threadMain } from './threads.js'
import { Walk } from './walk.js'

interface Picks {
  /** Over the output: the views are the output, the indices, and the input without the axis that is picked from. */
  readonly nest: Nest
  /** Between neighbours along that axis of the input. */
  readonly stride: number
  /** Elements that move as one. */
  readonly together: number
}

function picksOf({ axis, input, indices, output }: GatherCall<Buffer>): Picks {
  const { shape } = output
  const stride = input.strides[axis] as number
  const slices = { strides: input.strides.with(axis, 0), offset: input.offset }
  const axes = orderByStride(output, [...shape.keys()])
  const nest = buildNest(shape, [output, indices, slices], axes)
  // In one dispatch a buffer has one type of element.
  const apart = indices.buffer !== input.buffer && indices.buffer !== output.buffer
  const quads = apart && stride % QUAD === 0 ? quadNest(nest, [true, false, true]) : undefined
  if (quads === undefined) return { nest, stride, together: 1 }
  return { nest: quads, stride: stride / QUAD, together: QUAD }
}

interface GatherText {
  readonly lanes: number
  readonly element: string
  readonly walk: Walk
  /** The first of the uniform words: how many positions, the length of the axis, its stride. */
  readonly first: number
  readonly variables: { readonly [each in 'input' | 'indices' | 'output' | 'faults']: number }
}

function gatherText({ lanes, element, walk, first, variables }: GatherText): string {
  const { input, indices, output, faults } = variables
  return `${FROM_FRONT}
${threadMain(
  lanes,
  first,
  `${walk.coordinates('at', 'i')}
let bits = b${indices}[${walk.place(1, 'at')}];
let index = from_front(bits, ${wordText(first + 1)});
var value = ${element}();
if (index < ${wordText(first + 1)}) { value = b${input}[${walk.place(2, 'at')} + index * ${wordText(first + 2)}]; }
else { ${reportFault(faults, 'bits')} }
b${output}[${walk.place(0, 'at')}] = value;`,
)}`
}

export const planGather: Planner<GatherCall<Buffer>> = (call, facts): KernelPlan => {
  const { label, axis, input, indices, output } = call
  checkIndexType(indices, label)
  const { nest, stride, together } = picksOf(call)
  if (nest.size === 0) return []
  const lanes = lanesOf(facts)
  const length = input.shape[axis] as number
  const single = storedType(input.dtype, facts) === 'f16' ? 'f16' : 'u32'
  const element = together === 1 ? single : `vec4<${single}>`
  const builder = new DispatchBuilder(`${label} ${describeShape(call)}`)
  const variables = {
    input: builder.buffer(input.buffer, element, 'read'),
    indices: builder.buffer(indices.buffer, 'u32', 'read'),
    output: builder.buffer(output.buffer, element, 'read_write'),
    faults: builder.faults(indexFault(label, axis, length)),
  }
  const first = builder.integers([nest.size, length, stride])
  const walk = new Walk(builder, nest)
  const key = `gather ${element} ${Object.values(variables).join()} ${walk.rank} ${lanes}`
  const body = (): string => gatherText({ lanes, element, walk, first, variables })
  return [builder.build({ key, body, invocations: lanes }, groupsFor(nest.size, lanes))]
}
