/**
 * `inspect`: a captured function as text — its kernels, what they read, compute and write, and what the passes saved.
 */
import { bytesPerElement, describeShape, formatShape, planMemory, ValueError, viewsOf } from '@nabla/backend'
import type { Variable } from '../variable.js'
import type { CapturedProgram } from './captured-program.js'
import type { GraphSlot, Role, SlotView } from './graph.js'
import { stateOf } from './jit.js'
import { computation } from './kernel-text.js'
import { distinctElements } from './layouts.js'

/** What one captured program is, in numbers. */
export interface ProgramFacts {
  /** Calls that the function asked for. */
  readonly recorded: number
  readonly kernels: number
  /** Bytes of the arena that all temporaries share, and what they would take without sharing. */
  readonly arenaBytes: number
  readonly temporaryBytes: number
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  return count < 1024 ** 2 ? `${(count / 1024).toFixed(1)} kB` : `${(count / 1024 ** 2).toFixed(1)} MB`
}

/** The variables that a view reaches in a slot where several stand one after the other. */
function variableNames(variables: readonly Variable[], view: SlotView): string {
  const end = view.offset + Math.max(1, distinctElements(view))
  let start = 0
  const reached = variables.filter(({ size }) => {
    const own = start
    start += size
    return own + size > view.offset && own < end
  })
  const [first, ...others] = reached
  return `${first?.name ?? 'variable'}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

/** Names of what views see: what it is, or t1, t2 … in the order of first use. */
function namesOf({ graph }: CapturedProgram): (view: SlotView) => string {
  const names = new Map<number, string>()
  const counts = { result: 0, constant: 0, temporary: 0 }
  const nameOf = (slot: number, kind: keyof typeof counts): string => {
    const known = names.get(slot)
    if (known !== undefined) return known
    counts[kind] += 1
    const name = `${kind === 'temporary' ? 't' : kind}${counts[kind]}`
    names.set(slot, name)
    return name
  }
  return (view) => {
    const { role } = graph.slots[view.buffer] as GraphSlot
    switch (role.kind) {
      case 'argument':
        return `argument${role.position + 1}`
      case 'variables':
        return variableNames(role.variables, view)
      default:
        return nameOf(view.buffer, role.kind)
    }
  }
}

function kernelLines(program: CapturedProgram): string[] {
  const name = namesOf(program)
  const rows = program.graph.nodes.map(({ call }, position) => {
    const targets = viewsOf(call).writes.map(name).join(', ')
    return [
      String(position + 1),
      call.kind,
      describeShape(call),
      `${targets} = ${computation(call, name)}`,
      call.label,
    ] as const
  })
  const width = (column: 0 | 1 | 2): number => Math.max(0, ...rows.map((row) => row[column].length))
  return rows.map(
    ([number, kind, shape, text, label]) =>
      `${number.padStart(width(0))}  ${kind.padEnd(width(1))}  ${shape.padEnd(width(2))}  ${text}   [${label}]`,
  )
}

function factsOf({ graph, program, report, temporaryBytes }: CapturedProgram): ProgramFacts {
  const { places } = planMemory(program)
  const separate = graph.slots.reduce(
    (sum, { dtype, length }, slot) =>
      sum + (places[slot] === undefined ? 0 : length * bytesPerElement(dtype)),
    0,
  )
  return {
    recorded: report.recorded,
    kernels: report.kernels,
    arenaBytes: temporaryBytes,
    temporaryBytes: separate,
  }
}

/** In which order what lies outside of the arena is named. */
const ORDER: readonly Role['kind'][] = ['argument', 'variables', 'constant', 'result']

function describeProgram(program: CapturedProgram, position: number): string[] {
  const { report, graph, externals } = program
  const facts = factsOf(program)
  const { saved } = report
  const passes = Object.entries({
    'dead code': saved.deadCode,
    'equal calls': saved.equalCalls,
    fusion: saved.fusion,
    constants: saved.constants,
    siblings: saved.siblings,
    packing: saved.packing,
  }).filter(([, count]) => count !== 0)
  const inputs = ORDER.flatMap((kind) => externals.filter(({ role }) => role.kind === kind)).flatMap(
    ({ slot, role }) => {
      const { dtype, length } = graph.slots[slot] as GraphSlot
      if (role.kind !== 'variables') return [`${role.kind} ${dtype} ${length}`]
      return role.variables.map(({ name, shape }) => `variable "${name}" ${dtype} ${formatShape(shape)}`)
    },
  )
  const eliminated = passes.map(([name, count]) => `${name} ${count}`).join(', ')
  return [
    `program ${position + 1} on ${program.backend.name}: ${facts.kernels} kernels of ${facts.recorded} recorded calls${eliminated === '' ? '' : ` (eliminated: ${eliminated})`}`,
    `arena ${bytes(facts.arenaBytes)} for temporaries of ${bytes(facts.temporaryBytes)}`,
    `outside of it: ${inputs.join('; ')}`,
    ...kernelLines(program),
  ]
}

function requireState(jitted: object) {
  const state = stateOf(jitted)
  if (state !== undefined) return state
  throw new ValueError('inspect', {
    expected: 'a function that jit returned',
    received: typeof jitted === 'function' ? 'another function' : typeof jitted,
    fix: 'pass what jit(…) returned',
  })
}

/**
 * The captured programs of a function as text: for each, its kernels in order with their shapes, fused expressions and
 * the operations that they came from, the size of its arena, and what was eliminated.
 *
 * @example
 * const f = jit((x: Tensor) => x.mul(2).add(1))
 * f(ones([3]))
 * console.log(inspect(f))
 */
export function inspect(jitted: object): string {
  const { name, programs } = requireState(jitted)
  if (programs.size === 0) return `${name}: no program captured yet`
  const all = [...programs.values()].map((program, position) => describeProgram(program, position).join('\n'))
  return [`${name}: ${programs.size} program${programs.size === 1 ? '' : 's'}`, ...all].join('\n\n')
}

/** What the captured programs of a function are in numbers, in the order in which they were last used. */
export function programFacts(jitted: object): readonly ProgramFacts[] {
  return [...requireState(jitted).programs.values()].map(factsOf)
}
