/** Faults of the other kernels, of memory and of programs. */
import { type Backend, decorate, replayProgram } from '@nabla/backend'
import { referenceCall } from '../reference/call.js'
import { combine } from '../reference/fold.js'
import type { Fault } from './fault.js'
import { after, elementsIn, putElements, rewriting } from './plant.js'

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
  dtype: 'float32',
  kernels: ['contract with an epilogue'],
}

const batchForgotten: Fault = {
  name: 'every batch is contracted with the first of the right operand',
  plant: (inner) =>
    rewriting(inner, (call) => {
      if (call.kind !== 'contract' || call.batch === 0) return call
      const strides = call.right.strides.map((stride, axis) => (axis < call.batch ? 0 : stride))
      return { ...call, right: { ...call.right, strides } }
    }),
  dtype: 'float32',
  kernels: ['contract groups of axes'],
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
  dtype: 'float32',
  kernels: ['scatter add'],
}

const sortLeaks: Fault = {
  name: 'sort forgets to release its scratch memory',
  plant: (inner) => after(inner, 'sort', ({ input }) => void inner.allocate(input.dtype, 8)),
  dtype: 'float32',
  kernels: ['sort'],
}

const paddingWins: Fault = {
  name: 'padding of a pool counts as zero',
  plant: (inner) =>
    after(inner, 'pool', ({ mode, geometry, output, by, source }) => {
      const padded = geometry.padding.flat().some((count) => count > 0)
      if (mode !== 'select' || !padded || by.buffer !== source.buffer) return
      putElements(
        inner,
        output,
        elementsIn(inner, output).map((value) => Math.max(value, 0)),
      )
    }),
  dtype: 'float32',
  kernels: ['pool select'],
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
  dtype: 'float32',
  kernels: ['pool spread'],
  operations: ['maxPool2d, maxPool1d gradient'],
}

const preparedOnce: Fault = {
  name: 'a prepared program keeps the buffers of its first run',
  plant: (inner) =>
    decorate(inner, {
      prepare: (program) => {
        const executable = replayProgram(inner, program)
        let bound: Parameters<typeof executable.run>[0] | undefined
        return {
          temporaryBytes: executable.temporaryBytes,
          run: (bindings, scalars) => {
            // The output is where it should be; the inputs are not.
            bound ??= bindings.map(({ buffer, offset }) => ({ buffer: copyOf(inner, buffer), offset }))
            executable.run([bindings[0] as (typeof bindings)[number], ...bound.slice(1)], scalars)
          },
          dispose: () => {
            executable.dispose()
            for (const { buffer } of bound ?? []) inner.release(buffer)
          },
        }
      },
    }),
  dtype: 'float32',
  kernels: ['programs'],
  // Only what is bound first is where it should be.
  captured: ['map to several outputs', 'sort'],
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
  dtype: 'float32',
  kernels: ['composite softmax'],
}

export const STRUCTURED_FAULTS: readonly Fault[] = [
  epilogueRepeats,
  batchForgotten,
  scatterDropsDuplicates,
  sortLeaks,
  paddingWins,
  spreadOnce,
  preparedOnce,
  softmaxOverflows,
]
