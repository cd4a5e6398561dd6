/**
 * Programs: recorded calls, made ready once and run on other buffers each time, by the backend's own `prepare` or call by
 * call; both must give what the reference gives.
 */
import {
  type Backend,
  type Binding,
  type Capabilities,
  type DType,
  type Executable,
  expressions as e,
  input,
  type Program,
  type ProgramCall,
  permuteLayout,
  replayProgram,
  rowMajorLayout,
  type Shape,
  scalar,
  type View,
} from '@nabla/backend'
import { type ConformanceCase, describeError, Findings, formatValues } from '../case.js'
import { createReferenceBackend, toNumbers, toTypedArray } from '../reference/backend.js'
import { randomNumbers } from './values.js'

const view = (buffer: number, dtype: DType, shape: Shape): View<number> => ({
  buffer,
  dtype,
  ...rowMajorLayout(shape),
})

/** max(a·bᵀ + c, s) for a scalar s given at each run, its row sums, and the running sum of those: slots 0, 1, 2 in, 5 out, the rest temporary. */
function programOf(dtype: DType): Program {
  const x = input(0, dtype)
  const b = view(1, dtype, [4, 5])
  const product = view(3, dtype, [3, 4])
  const sums = view(4, dtype, [3, 1])
  const calls: ProgramCall[] = [
    {
      kind: 'contract',
      label: 'product',
      batch: 0,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: view(0, dtype, [3, 5]),
      right: { ...b, ...permuteLayout(b, [1, 0]) },
      scalars: [],
      output: product,
    },
    {
      kind: 'map',
      label: 'bias and relu',
      shape: [3, 4],
      expressions: [e.maximum(e.add(x, input(1, dtype)), scalar(0, dtype))],
      inputs: [product, { ...view(2, dtype, [3, 4]), strides: [0, 1] }],
      scalars: [{ slot: 0 }],
      outputs: [product],
    },
    {
      kind: 'reduce',
      label: 'row sums',
      operation: 'sum',
      shape: [3, 4],
      axes: [1],
      expression: x,
      inputs: [product],
      scalars: [],
      output: sums,
    },
    {
      kind: 'scan',
      label: 'running sum',
      operation: 'sum',
      axis: 0,
      reverse: false,
      exclusive: false,
      input: sums,
      output: view(5, dtype, [3, 1]),
    },
  ]
  const lengths = [15, 20, 4, 12, 3, 3]
  return { slots: lengths.map((length) => ({ dtype, length })), external: [5, 0, 1, 2], scalars: 1, calls }
}

type Prepare = (backend: Backend, program: Program) => Executable

/** The results of two runs on different parts of different buffers, with different scalars. */
async function runTwice(backend: Backend, prepare: Prepare, dtype: DType): Promise<number[][]> {
  const program = programOf(dtype)
  const executable = prepare(backend, program)
  const next = randomNumbers(3)
  const results: number[][] = []
  for (let run = 0; run < 2; run++) {
    const bindings = program.external.map((slot): Binding => {
      const { length } = program.slots[slot] as { length: number }
      const offset = run * 3
      const buffer = backend.allocate(dtype, offset + length)
      // Small integers, so that every type and every order of summation gives the same.
      const values = Array.from({ length: offset + length }, () => Math.floor(next() * 5))
      backend.write(buffer, toTypedArray(dtype, values))
      return { buffer, offset }
    })
    // Below all sums, then among them.
    executable.run(bindings, [run * 30])
    const [{ buffer, offset }] = bindings as [Binding]
    results.push(toNumbers(dtype, await backend.read(buffer, offset)))
    for (const binding of bindings) backend.release(binding.buffer)
  }
  executable.dispose()
  return results
}

export function programCases({ dtypes }: Capabilities): ConformanceCase[] {
  return dtypes
    .filter((dtype) => dtype !== 'bool')
    .map((dtype) => ({
      level: 'kernel',
      subject: 'programs',
      dtype,
      run: async (backend) => {
        const findings = new Findings()
        const before = backend.memory().buffers
        const wanted = await runTwice(createReferenceBackend(), replayProgram, dtype)
        const ways: (readonly [string, Prepare])[] = [['replayed', replayProgram]]
        const { prepare } = backend
        if (prepare !== undefined) ways.push(['prepared', (own, program) => prepare.call(own, program)])
        for (const [how, way] of ways) {
          try {
            const got = await runTwice(backend, way, dtype)
            got.forEach((values, run) => {
              const expected = wanted[run] as number[]
              if (values.join() !== expected.join()) {
                findings.add(
                  `run ${run + 1}, ${how}: ${formatValues(values)}, expected ${formatValues(expected)}`,
                )
              }
            })
          } catch (error) {
            findings.add(`${how}: ${describeError(error)}`)
          }
        }
        const left = backend.memory().buffers - before
        if (left !== 0) findings.add(`${left} buffers stay behind after dispose`)
        return findings.result()
      },
    }))
}
