/**
 * Every call as a prepared program: the cases of the kernel level a second time, each call a program of its own that is
 * made ready, run and disposed. Every buffer lies at an offset in a longer one, so bindings start there.
 */
import {
  type Backend,
  type Binding,
  type Buffer,
  createTypedArray,
  decorate,
  type KernelCall,
  mapBuffers,
  mapScalars,
  type Program,
  type ProgramCall,
  type ProgramScalar,
  replayProgram,
  viewsOf,
} from '@nabla/backend'
import type { ConformanceCase } from '../case.js'

/** Elements before each buffer. */
const BEFORE = 5

/** What is handed out in place of a buffer: the part of it after the first elements. */
class OffsetBuffer implements Buffer {
  readonly id: number
  readonly dtype: Buffer['dtype']

  constructor(
    readonly whole: Buffer,
    readonly length: number,
  ) {
    this.id = whole.id
    this.dtype = whole.dtype
  }
}

function wholeOf(buffer: Buffer): Buffer {
  if (buffer instanceof OffsetBuffer) return buffer.whole
  throw new TypeError(`buffer ${buffer.id} was allocated elsewhere`)
}

/** A call as a program; what it writes is bound first. */
function programOf(call: KernelCall): { readonly program: Program; readonly buffers: readonly Buffer[] } {
  const { reads, writes } = viewsOf(call)
  const buffers = [...new Set([...writes, ...reads].map(({ buffer }) => buffer))]
  let scalars = 0
  const recorded: ProgramCall = mapScalars<number, number, ProgramScalar>(
    mapBuffers(call, (buffer) => buffers.indexOf(buffer)),
    () => ({ slot: scalars++ }),
  )
  const slots = buffers.map(({ dtype, length }) => ({ dtype, length }))
  return { program: { slots, external: [...slots.keys()], scalars, calls: [recorded] }, buffers }
}

function runPrepared(backend: Backend, call: KernelCall): void {
  const { program, buffers } = programOf(call)
  const executable = backend.prepare?.(program) ?? replayProgram(backend, program)
  const bindings = buffers.map((buffer): Binding => ({ buffer: wholeOf(buffer), offset: BEFORE }))
  const scalars = 'scalars' in call ? call.scalars : []
  const { reads, writes } = viewsOf(call)
  const overwrites = writes.some(({ buffer }) => reads.some((view) => view.buffer === buffer))
  try {
    // Once with other numbers, which the second run must not remember.
    if (scalars.length > 0 && !overwrites)
      executable.run(
        bindings,
        scalars.map(() => 0),
      )
    executable.run(bindings, scalars)
  } finally {
    executable.dispose()
  }
}

/** The same backend, running each call as a program. */
export function prepared(inner: Backend): Backend {
  return decorate(inner, {
    allocate: (dtype, length) => new OffsetBuffer(inner.allocate(dtype, length + BEFORE), length),
    release: (buffer) => inner.release(wholeOf(buffer)),
    write: (buffer, data) => {
      const padded = createTypedArray(buffer.dtype, BEFORE + data.length)
      padded.set(data, BEFORE)
      inner.write(wholeOf(buffer), padded)
    },
    read: (buffer, offset = 0, length = buffer.length - offset) =>
      inner.read(wholeOf(buffer), BEFORE + offset, length),
    readSync: undefined,
    prepare: undefined,
    run: (call) => runPrepared(inner, call),
  })
}

/** A case of calls, run as programs. */
export function asPrepared(each: ConformanceCase): ConformanceCase {
  return { ...each, aspect: 'captured', run: (backend) => each.run(prepared(backend)) }
}
