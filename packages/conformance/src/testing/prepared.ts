/** Faults that only prepared programs have: nothing is wrong as long as calls run one by one. */
import { type Backend, type Binding, decorate, type Executable, replayProgram } from '@nabla/backend'

export interface PreparedFault {
  readonly name: string
  readonly plant: (inner: Backend) => Backend
  /** The captured cases at the level of kernels that fail for float32; `all`: nearly every one. */
  readonly kernels: readonly string[] | 'all'
  /** Some of those at the level of operations. */
  readonly operations: readonly string[]
}

type Run = Executable['run']

/** The same backend, running programs otherwise. */
function running(inner: Backend, change: (run: Run) => Run): Backend {
  return decorate(inner, {
    prepare: (program) => {
      const executable = replayProgram(inner, program)
      return { ...executable, run: change((bindings, scalars) => executable.run(bindings, scalars)) }
    },
  })
}

const offsetsIgnored: PreparedFault = {
  name: 'a prepared program ignores where bindings start',
  plant: (inner) =>
    running(inner, (run) => (bindings, scalars) => {
      run(
        bindings.map(({ buffer }): Binding => ({ buffer, offset: 0 })),
        scalars,
      )
    }),
  kernels: 'all',
  operations: [],
}

const scalarsKept: PreparedFault = {
  name: 'a prepared program keeps the numbers of its first run',
  plant: (inner) =>
    running(inner, (run) => {
      let first: readonly number[] | undefined
      return (bindings, scalars) => {
        first ??= [...scalars]
        run(bindings, first)
      }
    }),
  kernels: [
    'contract with an epilogue',
    'map with scalars',
    'reduce maximum',
    'reduce minimum',
    'reduce product',
    'reduce sum',
  ].map((subject) => `${subject} captured`),
  operations: ['random streams captured uniform', 'random streams captured dropout gradient'],
}

export const PREPARED_FAULTS: readonly PreparedFault[] = [offsetsIgnored, scalarsKept]
