/**
 * How any backend runs a program that has no better way of its own: temporaries in an arena that is allocated once, and
 * each call made ready at its first run and kept until one of its bindings changes.
 */
import type { Backend } from './backend.js'
import { bytesPerElement } from './dtype.js'
import { type KernelCall, mapScalars, mapViews, viewsOf } from './kernel.js'
import { planMemory } from './memory-plan.js'
import type { Binding, Executable, Program, ProgramCall, ProgramScalar } from './program.js'
import type { Buffer, View } from './view.js'

/** A call of the program, and what it was last made into. */
interface Step {
  readonly call: ProgramCall
  /** Positions of its bindings among the external slots. */
  readonly bindings: readonly number[]
  readonly hasScalarSlots: boolean
  /** The call over buffers, and the same with all scalars known. */
  views: KernelCall<Buffer, ProgramScalar> | undefined
  ready: KernelCall | undefined
}

function hasScalarSlots(call: ProgramCall): boolean {
  return 'scalars' in call && call.scalars.some((scalar) => typeof scalar !== 'number')
}

/** What `prepare` does for a backend that has no own. */
export function replayProgram(backend: Backend, program: Program): Executable {
  const { arenas, places } = planMemory(program)
  const memory = arenas.map(({ dtype, length }) => backend.allocate(dtype, length))
  const positions = new Map(program.external.map((slot, position) => [slot, position]))
  const bound: (Binding | undefined)[] = program.external.map(() => undefined)
  const changed = program.external.map(() => true)

  const bindingOf = (slot: number): Binding => {
    const position = positions.get(slot)
    const place = places[slot]
    const buffer = place && memory[place.arena]
    const binding =
      position === undefined ? buffer && place && { buffer, offset: place.offset } : bound[position]
    if (binding === undefined) throw new RangeError(`program: slot ${slot} is not bound to a buffer`)
    return binding
  }
  const steps = program.calls.map((call): Step => {
    const { reads, writes } = viewsOf(call)
    const used = new Set([...reads, ...writes].map(({ buffer }) => positions.get(buffer)))
    const bindings = [...used].filter((position) => position !== undefined)
    return { call, bindings, hasScalarSlots: hasScalarSlots(call), views: undefined, ready: undefined }
  })
  const change = (view: View<number>): View => {
    const { buffer, offset } = bindingOf(view.buffer)
    return { ...view, buffer, offset: view.offset + offset }
  }
  const rebind = (bindings: readonly Binding[]): boolean => {
    let isChanged = false
    for (let position = 0; position < bindings.length; position++) {
      const binding = bindings[position] as Binding
      const before = bound[position]
      const isSame =
        before !== undefined && before.buffer === binding.buffer && before.offset === binding.offset
      changed[position] = !isSame
      if (isSame) continue
      bound[position] = binding
      isChanged = true
    }
    return isChanged
  }
  const forgetChanged = (): void => {
    for (const step of steps) {
      if (step.bindings.some((position) => changed[position])) {
        step.views = undefined
        step.ready = undefined
      }
    }
  }
  const makeReady = (step: Step, scalars: readonly number[]): KernelCall => {
    step.views ??= mapViews(step.call, change)
    const valueOf = (scalar: ProgramScalar): number => {
      if (typeof scalar === 'number') return scalar
      const value = scalars[scalar.slot]
      if (value === undefined) throw new RangeError(`program: scalar ${scalar.slot} was not given`)
      return value
    }
    const ready = mapScalars(step.views, valueOf)
    step.ready = ready
    return ready
  }
  return {
    temporaryBytes: arenas.reduce((sum, { dtype, length }) => sum + length * bytesPerElement(dtype), 0),
    run(bindings, scalars) {
      // All of them first: a call that fails leaves none with what was bound before.
      if (rebind(bindings)) forgetChanged()
      for (const step of steps) {
        const { ready } = step
        backend.run(ready !== undefined && !step.hasScalarSlots ? ready : makeReady(step, scalars))
      }
    },
    dispose() {
      for (const buffer of memory) backend.release(buffer)
    },
  }
}
