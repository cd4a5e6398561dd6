/**
 * The commands that are put together for the next submission. Dispatches that follow each other share a pass; each sees
 * what those before it wrote.
 */
import type { Block } from '../memory/block.js'
import type { Pipeline } from './pipelines.js'

/** How many operations an error of a submission names. */
const NAMED = 3

export class Commands {
  readonly #device: GPUDevice
  /** The number of the submission that is put together. */
  number = 1
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #pipeline: Pipeline | undefined
  #labels = new Set<string>()
  #dispatches = 0
  #total = 0
  #firstDate = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  get isEmpty(): boolean {
    return this.#encoder === undefined
  }

  /** Dispatches that wait. */
  get waiting(): number {
    return this.#dispatches
  }

  /** Dispatches so far. */
  get dispatches(): number {
    return this.#total
  }

  /** The date of the first call whose commands wait. */
  get firstDate(): number {
    return this.#firstDate
  }

  /** Notes that waiting commands use a block. */
  use(block: Block): void {
    block.lastUse = this.number
    block.isTouched = true
  }

  uses(block: Block): boolean {
    return block.lastUse === this.number
  }

  #begin(date: number): GPUCommandEncoder {
    if (this.#encoder === undefined) {
      this.#encoder = this.#device.createCommandEncoder()
      this.#firstDate = date
    }
    return this.#encoder
  }

  /** An encoder for commands outside of a pass. */
  encoder(date: number): GPUCommandEncoder {
    const encoder = this.#begin(date)
    this.#pass?.end()
    this.#pass = undefined
    return encoder
  }

  /** A pass of its own for what is encoded next; `endPass` ends it. */
  beginPass(date: number, descriptor: GPUComputePassDescriptor): void {
    this.#pass = this.encoder(date).beginComputePass(descriptor)
    this.#pipeline = undefined
  }

  endPass(): void {
    this.#pass?.end()
    this.#pass = undefined
  }

  dispatch(
    date: number,
    label: string,
    pipeline: Pipeline,
    group: GPUBindGroup,
    offset: number,
    [x, y]: readonly [number, number],
  ): void {
    if (this.#pass === undefined) {
      this.#pass = this.#begin(date).beginComputePass()
      this.#pipeline = undefined
    }
    const pass = this.#pass
    if (this.#pipeline !== pipeline) pass.setPipeline(pipeline.gpu)
    this.#pipeline = pipeline
    pass.setBindGroup(0, group, [offset])
    pass.dispatchWorkgroups(x, y)
    this.#dispatches += 1
    this.#total += 1
    if (this.#labels.size <= NAMED) this.#labels.add(label)
  }

  /** What the commands do, in words. */
  describe(): string {
    const labels = [...this.#labels].slice(0, NAMED)
    if (labels.length === 0) return 'read'
    return `${labels.join(', ')}${this.#labels.size > labels.length ? ' …' : ''}`
  }

  /** Ends the commands; the next ones belong to the next submission. */
  finish(): GPUCommandBuffer {
    const buffer = this.encoder(this.#firstDate).finish()
    this.#encoder = undefined
    this.#pipeline = undefined
    this.#labels = new Set()
    this.#dispatches = 0
    this.number += 1
    return buffer
  }
}
