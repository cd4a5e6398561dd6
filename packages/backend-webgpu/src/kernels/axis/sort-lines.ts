/**
 * Sorting many lines at once, by merging. Runs that fit a workgroup's memory are sorted there, whole lines if they are
 * short; longer runs are merged in memory, twice as long in each dispatch. Every element finds its place by itself: where
 * it stands in its own run, and how many of the other run come before it, found by bisection. That is stable without
 * comparing positions, and needs no lengths that are powers of two.
 */
import type { Buffer, NablaError, View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Scratch } from '../../plan/plan.js'
import { wordText } from '../../wgsl/module.js'
import { Elements } from './elements.js'
import type { Nest } from './nest.js'
import { blockText, mergeText, type Put, type SortText } from './sort-text.js'
import { groupsFor, lanesOf } from './threads.js'
import { Walk } from './walk.js'

/** Elements that an invocation of a workgroup holds. */
const ITEMS = 4
/** The position among the sizes of the words that an order has for itself. */
const LIMIT = 7

/** How elements become unsigned numbers in order: `sort_key(bits)`, whose bits are then flipped where `flip` has ones. */
export interface SortOrder {
  /** For shader keys. */
  readonly name: string
  readonly flip: number
  /** WGSL of `sort_key(bits) -> u32`; `limit` is a u32 expression, and `faults` where to report bits without a place. */
  readonly text: (limit: string, faults: number) => string
  readonly limit?: number
  readonly fault?: (bits: number) => NablaError
}

export interface SortResult {
  readonly what: 'elements' | 'positions'
  readonly view: View<Buffer>
}

export interface LineSort {
  readonly label: string
  readonly axis: number
  readonly input: View<Buffer>
  /** Where the results go; without any they are left in scratch. */
  readonly results: readonly SortResult[]
  /** Over the lines: the views are the input and the results. */
  readonly lines: Nest
  /** Whether neighbouring lines are closer in memory than neighbours in a line. */
  readonly across: boolean
  readonly order: SortOrder
}

export interface SortedLines {
  readonly dispatches: readonly Dispatch[]
  /** Without results: the keys of all lines in order, then their positions in their lines. */
  readonly sorted: Scratch
}

/** What the dispatches of a sort have in common. */
interface Plan extends LineSort {
  readonly facts: DeviceFacts
  readonly lanes: number
  readonly length: number
  /** Elements of all lines. */
  readonly elements: number
  /** Lines that a workgroup sorts together, or parts of a line that workgroups sort. */
  readonly together: number
  readonly parts: number
}

function planOf(sort: LineSort, facts: DeviceFacts): Plan {
  const lanes = lanesOf(facts)
  const length = sort.input.shape[sort.axis] as number
  const block = lanes * ITEMS
  const parts = Math.ceil(length / block)
  const together = parts === 1 ? Math.floor(block / length) : 1
  return { ...sort, facts, lanes, length, elements: sort.lines.size * length, together, parts }
}

/** Binds where elements go: another scratch, or where the results belong. */
function putOf(builder: DispatchBuilder, { results, facts }: Plan, target: Scratch | undefined): Put {
  if (target !== undefined) return { scratch: `b${builder.scratch(target, 'u32', 'read_write')}` }
  return {
    results: results.map(({ what, view }) => ({
      what,
      to: new Elements(builder, view, 'read_write', facts),
    })),
  }
}

function keyOfPut({ scratch, results }: Put): string {
  return scratch ?? results.map(({ what, to }) => `${what} ${to.key}`).join()
}

/** Adds the uniform words. */
function textOf(builder: DispatchBuilder, plan: Plan, width: number, put: Put, input?: Elements): SortText {
  const { axis, results, lines, order, lanes, length, elements, together, parts, across } = plan
  const sizes = [elements, lines.size, length, together, parts, width, order.flip, order.limit ?? 0]
  const first = builder.integers(sizes)
  const views = [plan.input, ...results.map(({ view }) => view)]
  const steps = builder.integers(views.map(({ strides }) => strides[axis] as number))
  return { lanes, items: ITEMS, first, steps, walk: new Walk(builder, lines), put, input, across }
}

/** Sorts what fits a workgroup's memory. */
function blockDispatch(plan: Plan, target: Scratch | undefined): Dispatch {
  const { label, results, order, lanes, lines, together, parts, across, facts } = plan
  const builder = new DispatchBuilder(label)
  const input = new Elements(builder, plan.input, 'read', facts)
  const put = putOf(builder, plan, target)
  const faults = order.fault === undefined ? 0 : builder.faults(order.fault)
  const text = textOf(builder, plan, 1, put, input)
  const places = `${input.key} ${faults} ${results.length} ${keyOfPut(put)}`
  const key = `sort ${order.name} ${across} ${places} ${text.walk.rank} ${lanes}`
  const body = (): string => blockText(text, order.text(wordText(text.first + LIMIT), faults))
  return builder.build({ key, body, invocations: lanes }, Math.ceil(lines.size / together) * parts)
}

/** Merges runs of `width`. */
function mergeDispatch(plan: Plan, source: Scratch, target: Scratch | undefined, width: number): Dispatch {
  const { label, results, lanes, elements, facts } = plan
  const builder = new DispatchBuilder(label)
  const runs = `b${builder.scratch(source, 'u32', 'read')}`
  const reads = target === undefined && results.some(({ what }) => what === 'elements')
  const input = reads ? new Elements(builder, plan.input, 'read', facts) : undefined
  const put = putOf(builder, plan, target)
  const text = textOf(builder, plan, width, put, input)
  const key = `merge ${runs} ${input?.key} ${results.length} ${keyOfPut(put)} ${text.walk.rank} ${lanes}`
  const body = (): string => mergeText(text, runs)
  return builder.build({ key, body, invocations: lanes }, groupsFor(elements, lanes))
}

/** The dispatches that sort; the input has elements. */
export function sortLines(sort: LineSort, facts: DeviceFacts): SortedLines {
  const plan = planOf(sort, facts)
  const scratch = (): Scratch => ({ kind: 'scratch', words: 2 * plan.elements })
  const inResults = sort.results.length > 0
  let width = plan.lanes * ITEMS
  let sorted = scratch()
  let spare: Scratch | undefined
  const dispatches = [blockDispatch(plan, inResults && width >= plan.length ? undefined : sorted)]
  for (; width < plan.length; width *= 2) {
    const target = spare ?? scratch()
    const last = 2 * width >= plan.length
    dispatches.push(mergeDispatch(plan, sorted, inResults && last ? undefined : target, width))
    spare = sorted
    sorted = target
  }
  return { dispatches, sorted }
}
