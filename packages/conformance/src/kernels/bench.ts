/**
 * The bench on which one kernel call is tried: buffers filled so that reading or writing beside a view shows, the call run
 * on the backend, every element of the results held against what is accepted, and everything released again.
 */
import {
  type Backend,
  type Buffer,
  type DType,
  formatShape,
  isFloat,
  type KernelCall,
  layoutPositions,
  roundToType,
  type Shape,
  sizeOf,
  type View,
  viewsOf,
} from '@nabla/backend'
import { isDenormal } from '../acceptance/float-format.js'
import { accepts, formatInterval, formatNumber, type Interval, identically } from '../acceptance/interval.js'
import { describeError, Findings } from '../case.js'
import { toNumbers, toTypedArray } from '../reference/backend.js'
import { referenceCall } from '../reference/call.js'
import { coordinatesAt } from '../reference/elements.js'
import { type Arrangement, PLAIN } from './arrangements.js'
import { ordinaryValues } from './values.js'

/** What lies beside the elements of a view; results that it leaks into are conspicuous. */
const BESIDE: Readonly<Record<DType, number>> = {
  bool: 1,
  uint8: 113,
  int32: -77_777,
  uint32: 77_777,
  float16: Number.NaN,
  float32: Number.NaN,
  float64: Number.NaN,
}

/** What is accepted for each element of one of a call's outputs. */
export interface Expected {
  readonly view: View
  readonly intervals: readonly Interval[]
}

export class Bench {
  readonly findings = new Findings()
  /** What the host knows of each buffer. */
  readonly #contents = new Map<Buffer, number[]>()
  readonly #names = new Map<Buffer, string>()
  #seed = 1

  constructor(readonly backend: Backend) {}

  /** A view with the given elements, in row-major order; the rest of its buffer holds something else. */
  view(dtype: DType, shape: Shape, values: readonly number[], place: Arrangement = PLAIN): View {
    const { layout, length } = place.place(shape)
    const buffer = this.backend.allocate(dtype, length)
    const contents = new Array<number>(length).fill(BESIDE[dtype])
    let next = 0
    for (const position of layoutPositions(layout))
      contents[position] = roundToType(values[next++] as number, dtype)
    if (length > 0) this.backend.write(buffer, toTypedArray(dtype, contents))
    this.#contents.set(buffer, contents)
    this.#names.set(buffer, `${formatShape(shape)} ${place.name}`)
    return { buffer, dtype, ...layout }
  }

  /** A view of ordinary elements, other ones each time. */
  ordinary(dtype: DType, shape: Shape, place: Arrangement = PLAIN): View {
    return this.view(dtype, shape, ordinaryValues(dtype, sizeOf(shape), this.#seed++), place)
  }

  /** A view to write to. */
  output(dtype: DType, shape: Shape, place: Arrangement = PLAIN): View {
    return this.view(dtype, shape, new Array<number>(sizeOf(shape)).fill(BESIDE[dtype]), place)
  }

  /** The elements of a view, as far as the host knows. */
  readonly elements = (view: View): number[] => {
    const contents = this.#contents.get(view.buffer) as number[]
    return Array.from(layoutPositions(view), (position) => contents[position] as number)
  }

  /** Runs a call whose results must be just those of the reference: values that are moved, or integers. */
  async exact(call: KernelCall, note = ''): Promise<void> {
    const expected = referenceCall(call, this.elements).map(({ view, values }) => ({
      view,
      intervals: values.map((value) => moved(value, view.dtype)),
    }))
    await this.check(call, expected, note)
  }

  /** Runs a call and holds every element of its outputs' buffers against what is accepted. */
  async check(call: KernelCall, expected: readonly Expected[], note = ''): Promise<void> {
    const place = [note, ...this.#describe(call)].filter((part) => part !== '').join(', ')
    try {
      this.backend.run(call)
      for (const each of expected) await this.#compare(each, place)
    } catch (error) {
      this.findings.add(`${place}: ${describeError(error)}`)
    }
    this.release()
  }

  /** Notes a finding if a call does not fail, at once or at the next read. */
  async fails(call: KernelCall, why: string): Promise<void> {
    try {
      this.backend.run(call)
      for (const view of viewsOf(call).writes) await this.backend.read(view.buffer)
      await this.backend.synchronize()
      this.findings.add(`${why} is not an error`)
    } catch {
      // As it should.
    }
    this.release()
  }

  release(): void {
    for (const buffer of this.#contents.keys()) this.backend.release(buffer)
    this.#contents.clear()
    this.#names.clear()
  }

  #describe(call: KernelCall): string[] {
    const { reads, writes } = viewsOf(call)
    const names = (views: readonly View[]): string =>
      views.map(({ buffer }) => this.#names.get(buffer)).join(' and ')
    return [`${names(reads)} to ${names(writes)}`]
  }

  async #compare({ view, intervals }: Expected, place: string): Promise<void> {
    const got = toNumbers(view.dtype, await this.backend.read(view.buffer))
    const before = this.#contents.get(view.buffer) as number[]
    const untouched = new Set(got.keys())
    let next = 0
    for (const position of layoutPositions(view)) {
      untouched.delete(position)
      const interval = intervals[next] as Interval
      const value = got[position] as number
      if (!accepts(interval, value)) {
        const index = formatShape(coordinatesAt(view.shape, next))
        this.findings.add(
          `${place}, element ${index}: ${formatNumber(value)}, accepted is ${formatInterval(interval)}`,
        )
      }
      next += 1
    }
    for (const position of untouched) {
      if (Object.is(got[position], before[position])) continue
      this.findings.add(`${place}: wrote ${got[position]} beside the view, at ${position} of its buffer`)
    }
  }
}

/** What is accepted for a number that is only moved: itself, or 0 for a denormal. */
export function moved(value: number, dtype: DType): Interval {
  const rounded = roundToType(value, dtype)
  if (isFloat(dtype) && isDenormal(rounded, dtype)) {
    return { low: Math.min(rounded, 0), high: Math.max(rounded, 0), nan: false }
  }
  return identically(rounded)
}

/** A case of kernels: `body` puts calls on a bench. */
export async function onBench(
  backend: Backend,
  body: (bench: Bench) => Promise<void>,
): Promise<readonly string[]> {
  const before = backend.memory()
  const bench = new Bench(backend)
  try {
    await body(bench)
  } catch (error) {
    bench.findings.add(describeError(error))
  }
  bench.release()
  const { buffers } = backend.memory()
  if (buffers !== before.buffers)
    bench.findings.add(`${buffers - before.buffers} buffers stay behind after all were released`)
  return bench.findings.result()
}
