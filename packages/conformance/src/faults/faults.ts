/**
 * Faults as they really happen, each planted in an otherwise good backend. They test the kit: it must find every one, and
 * find it where it is.
 */
import {
  type Backend,
  decorate,
  type Expr,
  expressions as e,
  type KernelCall,
  type ReduceCall,
  replayProgram,
  topologicalOrder,
  transformExpr,
} from '@nabla/backend'
import { referenceCall } from '../reference/call.js'
import { combine } from '../reference/fold.js'
import { foldValues, reducedGroups } from '../reference/reduce.js'
import { elementsIn, putElements, rewriting } from './plant.js'

export interface Fault {
  readonly name: string
  readonly plant: (inner: Backend) => Backend
  /** The cases of the kernel level that must fail, and no others. */
  readonly kernels: readonly string[]
  /** The cases of the operation level that must fail, and no others; not run where missing. */
  readonly operations?: readonly string[]
}

/** Every instruction of one kind in the expressions of maps, replaced. */
function replacingInstruction(
  inner: Backend,
  instruction: string,
  replace: (operands: readonly Expr[], node: Expr) => Expr,
): Backend {
  const rewrite = (root: Expr): Expr => {
    if (!topologicalOrder([root]).some((node) => node.kind === 'apply' && node.instruction === instruction))
      return root
    return transformExpr(root, (node) =>
      node.kind === 'apply' && node.instruction === instruction
        ? replace(node.arguments.map(rewrite), node)
        : undefined,
    )
  }
  return rewriting(inner, (call) =>
    call.kind === 'map' ? { ...call, expressions: call.expressions.map(rewrite) } : call,
  )
}

/** Reductions of one kind computed by other means; everything else as before. */
function reducing(
  inner: Backend,
  which: (call: ReduceCall) => boolean,
  fold: (values: number[]) => number,
): Backend {
  return decorate(inner, {
    run: (call) => {
      if (call.kind !== 'reduce' || !which(call)) return inner.run(call)
      const groups = reducedGroups(call, (view) => elementsIn(inner, view))
      const { post, postInputs = [], ...plain } = call
      putElements(inner, plain.output, groups.map(fold))
      if (post === undefined) return
      const inputs = [plain.output, ...postInputs]
      inner.run({
        kind: 'map',
        label: call.label,
        shape: plain.output.shape,
        expressions: [post],
        inputs,
        scalars: call.scalars,
        outputs: [plain.output],
      })
    },
  })
}

/** One thing done after every call of a kind. */
function after<K extends KernelCall['kind']>(
  inner: Backend,
  kind: K,
  spoil: (call: KernelCall & { kind: K }) => void,
): Backend {
  const isKind = (call: KernelCall): call is KernelCall & { kind: K } => call.kind === kind
  return decorate(inner, {
    run: (call) => {
      inner.run(call)
      if (isKind(call)) spoil(call)
    },
  })
}

const tanhOverflows: Fault = {
  name: 'tanh by exponentials, NaN for large arguments',
  plant: (inner) =>
    replacingInstruction(inner, 'tanh', ([a]) => {
      const power = e.exp(e.multiply(a as Expr, 2))
      return e.divide(e.subtract(power, 1), e.add(power, 1))
    }),
  kernels: ['map tanh float32'],
}

const multiplySaturates: Fault = {
  name: 'integer products by way of floats, saturating instead of wrapping',
  plant: (inner) =>
    replacingInstruction(inner, 'multiply', ([a, b], { dtype }) =>
      dtype === 'int32'
        ? e.cast(e.multiply(e.cast(a as Expr, 'float64'), e.cast(b as Expr, 'float64')), dtype)
        : e.multiply(a as Expr, b as Expr),
    ),
  kernels: ['map multiply int32'],
}

const scalarsStay: Fault = {
  name: 'scalars of the first call baked into the kernel',
  plant: (inner) => {
    const first = new Map<Expr, readonly number[]>()
    return rewriting(inner, (call) => {
      if (call.kind !== 'map') return call
      const [key] = call.expressions as readonly [Expr]
      const scalars = first.get(key) ?? call.scalars
      first.set(key, scalars)
      return { ...call, scalars }
    })
  },
  kernels: ['map with scalars bool', 'map with scalars int32', 'map with scalars float32'],
}

const sumLoses: Fault = {
  name: 'a plain running sum in float32',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation, expression }) => operation === 'sum' && expression.dtype === 'float32',
      (values) => values.reduce((sum, value) => Math.fround(sum + value), 0),
    ),
  kernels: ['reduce sum float32'],
}

const argMaxLast: Fault = {
  name: 'argMax takes the last of equals',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation }) => operation === 'argMax',
      (values) => values.length - 1 - foldValues('argMax', 'float32', [...values].reverse()),
    ),
  kernels: ['reduce argMax int32', 'reduce argMax float32'],
  operations: ['argmax int32', 'argmax float32'],
}

const maximumIgnoresNaN: Fault = {
  name: 'maximum passes over NaN',
  plant: (inner) =>
    reducing(
      inner,
      ({ operation, expression }) => operation === 'maximum' && expression.dtype === 'float32',
      (values) =>
        values
          .filter((value) => !Number.isNaN(value))
          .reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ),
  kernels: ['reduce maximum float32'],
}

const epilogueRepeats: Fault = {
  name: 'the epilogue reads its input along no axis but the last',
  plant: (inner) =>
    rewriting(inner, (call) => {
      if (call.kind !== 'contract' || call.postInputs === undefined) return call
      const flat = (strides: readonly number[]): number[] =>
        strides.map((stride, axis) => (axis === strides.length - 1 ? stride : 0))
      return {
        ...call,
        postInputs: call.postInputs.map((view) => ({ ...view, strides: flat(view.strides) })),
      }
    }),
  kernels: ['contract with an epilogue int32', 'contract with an epilogue float32'],
}

const batchForgotten: Fault = {
  name: 'every batch is contracted with the first of the right operand',
  plant: (inner) =>
    rewriting(inner, (call) => {
      if (call.kind !== 'contract' || call.batch === 0) return call
      const strides = call.right.strides.map((stride, axis) => (axis < call.batch ? 0 : stride))
      return { ...call, right: { ...call.right, strides } }
    }),
  kernels: ['contract groups of axes int32', 'contract groups of axes float32'],
}

const scatterDropsDuplicates: Fault = {
  name: 'scatter adds only the last of several updates to one place',
  plant: (inner) =>
    decorate(inner, {
      run: (call) => {
        if (call.kind !== 'scatter' || call.operation !== 'add') return inner.run(call)
        const before = elementsIn(inner, call.output)
        const zeros = { ...call, operation: 'set' } as const
        const marked = referenceCall({ ...zeros, output: call.output }, (view) =>
          view === call.output ? before.map(() => 0) : elementsIn(inner, view),
        )
        const updates = marked[0]?.values ?? []
        putElements(
          inner,
          call.output,
          before.map((value, i) => combine('sum', call.output.dtype, value, updates[i] as number)),
        )
      },
    }),
  kernels: ['scatter add int32', 'scatter add float32'],
}

const sortLeaks: Fault = {
  name: 'sort forgets to release its scratch memory',
  plant: (inner) => after(inner, 'sort', ({ input }) => void inner.allocate(input.dtype, 8)),
  kernels: ['sort bool', 'sort int32', 'sort float32'],
}

const paddingWins: Fault = {
  name: 'padding of a pool counts as zero',
  plant: (inner) =>
    after(inner, 'pool', ({ mode, geometry, output, by, source }) => {
      const padded = geometry.padding.flat().some((count) => count > 0)
      if (mode !== 'select' || !padded || by !== source) return
      putElements(
        inner,
        output,
        elementsIn(inner, output).map((value) => Math.max(value, 0)),
      )
    }),
  kernels: ['pool select int32', 'pool select float32'],
}

const spreadOnce: Fault = {
  name: 'windows that share a winner spread to it only once',
  plant: (inner) =>
    decorate(inner, {
      run: (call) => {
        if (call.kind !== 'pool' || call.mode !== 'spread') return inner.run(call)
        const ones = elementsIn(inner, call.source).map(() => 1)
        const read = (view: typeof call.by): number[] =>
          view === call.source ? ones : elementsIn(inner, view)
        const counts = referenceCall(call, read)[0]?.values ?? []
        inner.run(call)
        putElements(
          inner,
          call.output,
          elementsIn(inner, call.output).map((value, i) => ((counts[i] ?? 0) > 1 ? value / 2 : value)),
        )
      },
    }),
  kernels: ['pool spread int32', 'pool spread float32'],
  operations: ['maxPool2d, maxPool1d float32 gradient'],
}

const preparedOnce: Fault = {
  name: 'a prepared program keeps the buffers of its first run',
  plant: (inner) =>
    decorate(inner, {
      prepare: (program) => {
        const executable = replayProgram(inner, program)
        let bound: Parameters<typeof executable.run>[0] | undefined
        return {
          run: (buffers) => {
            // The output is where it should be; the inputs are not.
            bound = bound === undefined ? buffers.map((buffer) => copyOf(inner, buffer)) : bound
            executable.run([buffers[0] as (typeof buffers)[number], ...bound.slice(1)])
          },
          dispose: () => {
            executable.dispose()
            for (const buffer of bound ?? []) inner.release(buffer)
          },
        }
      },
    }),
  kernels: ['programs int32', 'programs float32'],
}

function copyOf(backend: Backend, buffer: ReturnType<Backend['allocate']>): ReturnType<Backend['allocate']> {
  const copy = backend.allocate(buffer.dtype, buffer.length)
  const data = backend.readSync?.(buffer)
  if (data !== undefined) backend.write(copy, data)
  return copy
}

const softmaxOverflows: Fault = {
  name: 'softmax without subtracting the largest',
  plant: (inner) =>
    decorate(inner, {
      run: (call) => {
        if (call.kind !== 'composite' || call.name !== 'softmax') return inner.run(call)
        inner.run(call)
        const [input] = call.inputs
        const [output] = call.outputs
        if (input === undefined || output === undefined) return
        const overflows = elementsIn(inner, input).some((value) => value > 88)
        if (overflows)
          putElements(
            inner,
            output,
            elementsIn(inner, output).map(() => Number.NaN),
          )
      },
    }),
  kernels: ['composite softmax float32'],
}

/** Faults that a few cases show. */
export const FAULTS: readonly Fault[] = [
  tanhOverflows,
  multiplySaturates,
  scalarsStay,
  sumLoses,
  argMaxLast,
  maximumIgnoresNaN,
  epilogueRepeats,
  batchForgotten,
  scatterDropsDuplicates,
  sortLeaks,
  paddingWins,
  spreadOnce,
  preparedOnce,
  softmaxOverflows,
]
