/**
 * Running sums, products and extremes along one axis. A line in one chunk is one dispatch; else the totals of all chunks
 * come first, are scanned themselves, and are what each chunk begins with.
 */
import { type Buffer, describeShape, type ScanCall, sizeOf, type View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, KernelPlan, Planner, Scratch } from '../../plan/plan.js'
import { type Accumulation, accumulationOf } from './accumulate.js'
import { Elements } from './elements.js'
import { type ScanSpread, spreadScan } from './scan-spread.js'
import { type ScanText, scanText } from './scan-text.js'
import { groupsFor, lanesOf } from './threads.js'
import { Walk } from './walk.js'

/** What the dispatches of a scan have in common. */
interface Scan {
  readonly label: string
  readonly call: ScanCall<Buffer>
  readonly accumulation: Accumulation
  readonly spread: ScanSpread
  readonly facts: DeviceFacts
  readonly lanes: number
}

/** A view as it is when the axis is walked from its end: the last element is the first, and steps go back. */
function turned(view: View<Buffer>, axis: number): View<Buffer> {
  const stride = view.strides[axis] as number
  const last = (view.shape[axis] as number) - 1
  return { ...view, offset: view.offset + last * stride, strides: view.strides.with(axis, -stride) }
}

function build(builder: DispatchBuilder, text: ScanText, units: number, places: string): Dispatch {
  const { walker, lanes, accumulation, exclusive, walk } = text
  const key = `scan ${walker} ${accumulation.key} ${exclusive} ${places} ${walk.rank} ${lanes}`
  const groups = walker === 'workgroup' ? units : groupsFor(units, lanes)
  return builder.build({ key, body: () => scanText(text), invocations: lanes }, groups)
}

/** The words of a scan, in the order that its text expects. */
function wordsOf({ lines, length, chunk, chunks }: ScanSpread, steps: readonly number[]): number[] {
  return [lines.size * chunks, lines.size, length, chunk, chunks, ...steps]
}

/** What the elements of each chunk combine to. */
function totalsDispatch(
  { label, call, accumulation, spread, facts, lanes }: Scan,
  totals: Scratch,
): Dispatch {
  const builder = new DispatchBuilder(`${label}, totals`)
  const input = new Elements(builder, call.input, 'read', facts)
  const variable = `b${builder.scratch(totals, accumulation.type, 'read_write')}`
  const step = call.input.strides[call.axis] as number
  const first = builder.integers(wordsOf(spread, [step, 0]))
  const text: ScanText = {
    ...{ walker: spread.walker, lanes, first, accumulation, exclusive: false, totals: variable },
    walk: new Walk(builder, spread.lines),
    load: (place) => `lift(${input.load(place)})`,
    store: undefined,
  }
  return build(builder, text, spread.lines.size * spread.chunks, `totals ${input.key}`)
}

/** The scan of the totals, in place and exclusive: what each chunk begins with. */
function carriesDispatch({ label, accumulation, spread, lanes }: Scan, totals: Scratch): Dispatch {
  const builder = new DispatchBuilder(`${label}, totals`)
  const variable = `b${builder.scratch(totals, accumulation.type, 'read_write')}`
  const { lines, chunks } = spread
  const [perLine, perChunk] = spread.walker === 'workgroup' ? [chunks, 1] : [1, lines.size]
  const nest = { lengths: [lines.size], size: lines.size, strides: [[perLine], [perLine]], offsets: [0, 0] }
  const whole: ScanSpread = { walker: 'workgroup', lines: nest, length: chunks, chunk: chunks, chunks: 1 }
  const first = builder.integers(wordsOf(whole, [perChunk, perChunk]))
  const text: ScanText = {
    ...{ walker: 'workgroup', lanes, first, accumulation, exclusive: true, totals: undefined },
    walk: new Walk(builder, nest),
    load: (place) => `${variable}[${place}]`,
    store: (place, value) => `${variable}[${place}] = ${value};`,
  }
  return build(builder, text, lines.size, 'carries')
}

/** The scan of every chunk from what it begins with. */
function chunksDispatch(
  { label, call, accumulation, spread, facts, lanes }: Scan,
  totals?: Scratch,
): Dispatch {
  const builder = new DispatchBuilder(label)
  const input = new Elements(builder, call.input, 'read', facts)
  const output = new Elements(builder, call.output, 'read_write', facts)
  const variable = totals && `b${builder.scratch(totals, accumulation.type, 'read')}`
  const steps = [call.input, call.output].map(({ strides }) => strides[call.axis] as number)
  const first = builder.integers(wordsOf(spread, steps))
  const text: ScanText = {
    ...{ walker: spread.walker, lanes, first, accumulation, exclusive: call.exclusive, totals: variable },
    walk: new Walk(builder, spread.lines),
    load: (place) => `lift(${input.load(place)})`,
    store: (place, value) => output.store(place, `lower(${value})`),
  }
  const places = `chunks ${input.key} ${output.key} ${variable}`
  return build(builder, text, spread.lines.size * spread.chunks, places)
}

export const planScan: Planner<ScanCall<Buffer>> = (given, facts): KernelPlan => {
  const { axis, operation, reverse } = given
  if (sizeOf(given.output.shape) === 0) return []
  const [input, output] = [given.input, given.output].map((view) =>
    reverse ? turned(view, axis) : view,
  ) as [View<Buffer>, View<Buffer>]
  const lanes = lanesOf(facts)
  const spread = spreadScan(input.shape, axis, [input, output], lanes)
  const accumulation = accumulationOf(operation, input.dtype)
  const label = `${given.label} ${describeShape(given)}`
  const scan: Scan = { label, call: { ...given, input, output }, accumulation, spread, facts, lanes }
  if (spread.chunks === 1) return [chunksDispatch(scan)]
  const totals: Scratch = { kind: 'scratch', words: spread.lines.size * spread.chunks }
  return [totalsDispatch(scan, totals), carriesDispatch(scan, totals), chunksDispatch(scan, totals)]
}
