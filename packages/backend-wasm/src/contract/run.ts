/**
 * The contract kernel: plans and tables are kept, operands multiplied in blocks or, where one is a vector, as it lies.
 */
import type { ContractCall, DType, View } from '@nabla/backend'
import { roundedBytes } from '../memory/arena.js'
import type { LinearMemory } from '../memory/linear-memory.js'
import type { Crew } from './crew.js'
import { type Kernels, makeKernels } from './kernels.js'
import { multiply, scratchBytes, wholeOf } from './multiply.js'
import type { Progress } from './part.js'
import { type Plan, planOf } from './plan.js'
import { Scratch } from './scratch.js'
import { Tables } from './table.js'
import { multiplyTogether } from './together.js'

/** A part of the output: positions of one axis, everything along the others. */
export interface OutputPart {
  readonly axis: number
  readonly start: number
  readonly length: number
}

/** What the backend provides. */
export interface ContractContext {
  readonly memory: LinearMemory
  readonly relaxedSimd: boolean
  /** Threads that share products of so many multiplications and more. */
  readonly crew?: Crew | undefined
  readonly leastProducts?: number
  /** The byte address of the buffer behind a view, without the view's offset. */
  address(view: View): number
  /**
   * Maps the finished sums by the call's `post`: in one part of the output, soon after it was written, or everywhere. Each
   * element comes once.
   */
  post(call: ContractCall, part: OutputPart | undefined): void
}

/** Bytes of tables that are kept. */
const TABLE_BYTES = 64 * 1024 * 1024
/** Elements that are mapped at once, at least: as many as stay in the second-level cache. */
const POST_ELEMENTS = 32 * 1024

const keyOf = ({ batch, rows, columns, contracted, left, right, output }: ContractCall): string =>
  `${left.dtype} ${batch} ${rows} ${columns} ${contracted} ${left.shape} ${left.strides} ${right.shape} ${right.strides} ${output.strides}`

export class Contractions {
  readonly #context: ContractContext
  readonly #tables: Tables
  readonly #scratch: Scratch
  readonly #plans = new Map<string, Plan>()
  readonly #kernels = new Map<DType, Kernels>()

  constructor(context: ContractContext) {
    this.#context = context
    this.#tables = new Tables(context.memory)
    this.#scratch = new Scratch(context.memory)
  }

  run(call: ContractCall): void {
    const { left, right, output } = call
    const kernels = this.#kernelsOf(left.dtype)
    const plan = this.#planOf(call, kernels)
    if (plan.m * plan.n * plan.batches === 0) return
    const at = (view: View): number => this.#context.address(view) + view.offset * kernels.element.bytes
    const [first, second] = plan.swapped ? [right, left] : [left, right]
    const { crew, leastProducts = 0 } = this.#context
    const isLong = plan.batches * plan.m * plan.n * plan.k >= leastProducts
    // Threads never share a cache line.
    const bytes = roundedBytes(scratchBytes(plan, kernels.element))
    const shared = isLong && crew?.ready ? crew : undefined
    const scratch = this.#scratch.of(bytes * (shared?.threads ?? 1))
    const addresses = { left: at(first), right: at(second), output: at(output), scratch }
    const progress = this.#poster(call, plan)
    if (shared === undefined) multiply(kernels, this.#tables.at, plan, addresses, wholeOf(plan), progress)
    else multiplyTogether(shared, kernels, this.#tables.at, plan, addresses, bytes, progress)
  }

  /** Frees all memory but that of the kernels. */
  dispose(): void {
    this.#plans.clear()
    this.#tables.clear()
    this.#scratch.free()
  }

  #kernelsOf(dtype: DType): Kernels {
    let kernels = this.#kernels.get(dtype)
    if (kernels === undefined) {
      kernels = makeKernels(dtype, this.#context.relaxedSimd, this.#context.memory, this.#context.crew)
      this.#kernels.set(dtype, kernels)
    }
    return kernels
  }

  #planOf(call: ContractCall, { element, tile }: Kernels): Plan {
    const key = keyOf(call)
    let plan = this.#plans.get(key)
    if (plan === undefined) {
      if (this.#tables.bytes > TABLE_BYTES) {
        this.#plans.clear()
        this.#tables.clear()
      }
      plan = planOf(call, element, tile, this.#tables)
      this.#plans.set(key, plan)
    }
    return plan
  }

  /** Maps sums as soon as enough of them are finished. */
  #poster(call: ContractCall, { m, n, batches, pieceAxis, pieceRows }: Plan): Progress {
    if (call.post === undefined) return () => {}
    const pieces = (batches * m) / pieceRows
    const least = POST_ELEMENTS / (n * pieceRows)
    let start = 0
    return (batch, rows) => {
      const done = Math.floor((batch * m + rows) / pieceRows)
      const length = done - start
      if (length === 0 || (length < least && done < pieces)) return
      this.#context.post(call, pieces === 1 ? undefined : { axis: pieceAxis, start, length })
      start = done
    }
  }
}
