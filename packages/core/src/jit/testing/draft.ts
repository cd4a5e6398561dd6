/**
 * For tests: small graphs made by hand, and graphs as text.
 */
import {
  type Expr,
  input,
  type ProgramCall,
  type ProgramScalar,
  rowMajorLayout,
  type Shape,
  sizeOf,
  viewsOf,
} from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { tensorFrom } from '../../ops/creation/tensor.js'
import { Variable } from '../../variable.js'
import { addSlot, type Graph, type Role, type SlotView } from '../graph.js'
import { computation } from '../kernel-text.js'

export const draftBackend = createCpuBackend()

interface Details {
  readonly segment?: number
  readonly label?: string
  readonly scalars?: readonly ProgramScalar[]
}

/** A graph in the making; everything is float32. */
export class Draft {
  readonly graph: Graph = { slots: [], nodes: [], finals: new Map() }
  #arguments = 0

  #slot(shape: Shape, role: Role): SlotView {
    const slot = addSlot(this.graph, { dtype: 'float32', length: sizeOf(shape), role })
    return { buffer: slot, dtype: 'float32', ...rowMajorLayout(shape) }
  }

  argument(...shape: number[]): SlotView {
    return this.#slot(shape, { kind: 'argument', position: this.#arguments++ })
  }

  temporary(...shape: number[]): SlotView {
    return this.#slot(shape, { kind: 'temporary' })
  }

  result(...shape: number[]): SlotView {
    return this.#slot(shape, { kind: 'result' })
  }

  constant(values: readonly number[]): SlotView {
    const buffer = draftBackend.allocate('float32', values.length)
    draftBackend.write(buffer, new Float32Array(values))
    return this.#slot([values.length], { kind: 'constant', buffer })
  }

  variable(...shape: number[]): SlotView {
    const values = new Array<number>(sizeOf(shape)).fill(0)
    const variable = new Variable(tensorFrom(values, shape, { backend: draftBackend }))
    return this.#slot(shape, { kind: 'variables', variables: [variable] })
  }

  /** The variable ends with a value. */
  assign(variable: SlotView, value: SlotView): void {
    this.graph.finals.set(variable.buffer, value.buffer)
  }

  call(call: ProgramCall, segment = 0): void {
    this.graph.nodes.push({ call, segment })
  }

  /** An elementwise call over the shape of its output. */
  map(
    output: SlotView,
    inputs: readonly SlotView[],
    expression: Expr | readonly Expr[],
    { segment = 0, label = 'map', scalars = [] }: Details = {},
    others: readonly SlotView[] = [],
  ): SlotView {
    const expressions = 'kind' in expression ? [expression] : expression
    const { shape } = output
    this.call(
      { kind: 'map', label, shape, expressions, inputs, scalars, outputs: [output, ...others] },
      segment,
    )
    return output
  }

  /** The sum over the last axis, which is kept. */
  sum(output: SlotView, source: SlotView, segment = 0): SlotView {
    this.call(
      {
        kind: 'reduce',
        label: 'sum',
        operation: 'sum',
        shape: source.shape,
        axes: [source.shape.length - 1],
        expression: input(0, 'float32'),
        inputs: [source],
        scalars: [],
        output,
      },
      segment,
    )
    return output
  }

  /** A product of matrices. */
  product(output: SlotView, left: SlotView, right: SlotView, segment = 0): SlotView {
    const counts = { batch: 0, rows: 1, columns: 1, contracted: 1 }
    this.call({ kind: 'contract', label: 'product', ...counts, left, right, scalars: [], output }, segment)
    return output
  }
}

/** The other order of the axes of a matrix. */
export function transposed(view: SlotView): SlotView {
  return { ...view, shape: view.shape.toReversed(), strides: view.strides.toReversed() }
}

const LETTERS = { argument: 'a', temporary: 't', result: 'r', constant: 'c', variables: 'v' } as const

/** The calls of a graph, one line each: letters say what a slot is; a view that isn't the whole slot shows its layout. */
export function textOf({ slots, nodes, finals }: Graph): string {
  const name = (view: SlotView): string => {
    const { role, length } = slots[view.buffer] as Graph['slots'][number]
    const whole = view.offset === 0 && rowMajorLayout(view.shape).strides.join() === view.strides.join()
    const isAll = whole && sizeOf(view.shape) === length
    const layout = `[${view.shape.join('×')} by ${view.strides.join()}${view.offset > 0 ? ` from ${view.offset}` : ''}]`
    return `${LETTERS[role.kind]}${view.buffer}${isAll ? '' : layout}`
  }
  const lines = nodes.map(({ call, segment }) => {
    const targets = viewsOf(call).writes.map(name).join(', ')
    return `${call.kind} ${targets} = ${computation(call, name)}${segment > 0 ? ` (rehearsal ${segment})` : ''}`
  })
  const ends = [...finals].map(([variable, value]) => `v${variable} ends with t${value}`)
  return [...lines, ...ends].join('\n')
}
