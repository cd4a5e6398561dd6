/**
 * Sorting many lines at once, by merging. Runs that fit a workgroup's memory are sorted there, whole lines if they are
 * short; longer runs are merged in memory, twice as long in each dispatch. Every element finds its place by itself: where
 * it stands in its own run, and how many of the other run come before it, found by bisection. That is stable without
 * comparing positions, and needs no lengths that are powers of two.
 */
import type { Buffer, NablaError, View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Scratch } from '../../plan/plan.js'
import { Elements } from './elements.js'
import type { Nest } from './nest.js'
import { blockText, mergeText, type Put, type SortText } from './sort-text.js'
import { groupsFor, lanesOf } from './threads.js'
import { Walk } from './walk.js'

/** Elements that an invocation of a workgroup holds. */
const ITEMS = 4

/** Turns the bits of elements into unsigned numbers that are in order. */
export interface SortOrder {
  /** For shader keys. */
  readonly name: string
  /** WGSL of `sort_key(bits) -> u32`; `faults` is where to report bits that have no place. */
  readonly text: (faults: number) => string
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

interface Sizes {
  readonly lanes: number
  readonly length: number
  readonly elements: number
  /** Lines that a workgroup sorts together, or parts of a line that workgroups sort. */
  readonly together: number
  readonly parts: number
}

function sizesOf({ input, axis, lines }: LineSort, facts: DeviceFacts): Sizes {
  const lanes = lanesOf(facts)
  const length = input.shape[axis] as number
  const block = lanes * ITEMS
  const parts = Math.ceil(length / block)
  const together = parts === 1 ? Math.floor(block / length) : 1
  return { lanes, length, elements: lines.size * length, together, parts }
}

/** A dispatch that reads the input or one scratch, and puts elements into another, or where the results belong. */
function dispatchOf(
  sort: LineSort,
  sizes: Sizes,
  facts: DeviceFacts,
  source: Scratch | undefined,
  target: Scratch | undefined,
  width: number,
): Dispatch {
  const { label, axis, input, results, lines, order } = sort
  const { lanes, length, elements, together, parts } = sizes
  const builder = new DispatchBuilder(label)
  const first = builder.integers([elements, lines.size, length, together, parts, width])
  const steps = builder.integers(
    [input, ...results.map(({ view }) => view)].map((view) => view.strides[axis] as number),
  )
  const walk = new Walk(builder, lines)
  const reads =
    source === undefined || (target === undefined && results.some(({ what }) => what === 'elements'))
  const from = reads ? new Elements(builder, input, 'read', facts) : undefined
  const runs = source && `b${builder.scratch(source, 'u32', 'read')}`
  const faults = source === undefined && order.fault ? builder.faults(order.fault) : 0
  const put: Put =
    target === undefined
      ? {
          results: results.map(({ what, view }) => ({
            what,
            to: new Elements(builder, view, 'read_write', facts),
          })),
        }
      : { scratch: `b${builder.scratch(target, 'u32', 'read_write')}` }
  const text: SortText = { lanes, items: ITEMS, first, steps, walk, put, input: from, across: sort.across }
  const places = [from?.key, runs, faults, ...keyOfPut(put)].join()
  const key = `${source ? 'merge' : `sort ${order.name} ${sort.across}`} ${places} ${walk.rank} ${lanes}`
  const body = (): string =>
    runs === undefined ? blockText(text, order.text(faults)) : mergeText(text, runs)
  const groups = source ? groupsFor(elements, lanes) : Math.ceil(lines.size / together) * parts
  return builder.build({ key, body, invocations: lanes }, groups)
}

function keyOfPut(put: Put): string[] {
  if (put.scratch !== undefined) return [put.scratch]
  return put.results.map(({ what, to }) => `${what} ${to.key}`)
}

/** The dispatches that sort; the input has elements. */
export function sortLines(sort: LineSort, facts: DeviceFacts): SortedLines {
  const sizes = sizesOf(sort, facts)
  const dispatches: Dispatch[] = []
  const scratch: Scratch[] = []
  const block = sizes.lanes * ITEMS
  let source: Scratch | undefined
  for (let width = block; ; width *= 2) {
    // `width` is how long the runs are after this dispatch.
    const last = width >= sizes.length
    const kept = dispatches.length % 2
    scratch[kept] ??= { kind: 'scratch', words: 2 * sizes.elements }
    const target = last && sort.results.length > 0 ? undefined : scratch[kept]
    dispatches.push(dispatchOf(sort, sizes, facts, source, target, width / 2))
    source = scratch[kept]
    if (last) return { dispatches, sorted: source as Scratch }
  }
}
