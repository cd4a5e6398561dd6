/**
 * Bind groups, kept while they are used: the same buffers meet the same shaders again and again. They are found by the
 * numbers of blocks, which are never given twice, so one with a destroyed buffer is never found.
 */
import type { Block } from '../memory/block.js'
import type { Layout } from './layouts.js'

const MOST = 2048

export class BindGroups {
  readonly #device: GPUDevice
  /** The one used last at the end. */
  readonly #groups = new Map<string, GPUBindGroup>()
  readonly #keys = new Map<Block, Set<string>>()
  #made = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** How many were made so far. */
  get made(): number {
    return this.#made
  }

  get count(): number {
    return this.#groups.size
  }

  /**
   * @param uniforms where the uniform words are
   * @param blocks one for each binding of the layout
   * @param make runs what makes one, under error scopes
   */
  of(
    layout: Layout,
    uniforms: Block,
    blocks: readonly Block[],
    make: (action: () => GPUBindGroup) => GPUBindGroup,
  ): GPUBindGroup {
    let key = `${layout.id}:${uniforms.id}`
    for (const { id } of blocks) key += `,${id}`
    const known = this.#groups.get(key)
    if (known !== undefined) {
      if (this.#groups.size > MOST / 2) {
        this.#groups.delete(key)
        this.#groups.set(key, known)
      }
      return known
    }
    const group = make(() => this.create(layout, uniforms, blocks))
    this.#groups.set(key, group)
    for (const block of blocks) this.#note(block, key)
    if (this.#groups.size > MOST) this.#forget(this.#groups.keys().next().value ?? key)
    return group
  }

  /** A bind group that is not kept here. */
  create({ group: layout, uniformBytes }: Layout, uniforms: Block, blocks: readonly Block[]): GPUBindGroup {
    this.#made += 1
    const entries: GPUBindGroupEntry[] = [
      { binding: 0, resource: { buffer: uniforms.gpu, size: uniformBytes } },
    ]
    for (const block of blocks) {
      block.isTouched = true
      entries.push({ binding: entries.length, resource: { buffer: block.gpu } })
    }
    return this.#device.createBindGroup({ layout, entries })
  }

  #note(block: Block, key: string): void {
    const keys = this.#keys.get(block)
    if (keys === undefined) this.#keys.set(block, new Set([key]))
    else keys.add(key)
  }

  #forget(key: string): void {
    this.#groups.delete(key)
    for (const [block, keys] of this.#keys) {
      if (keys.delete(key) && keys.size === 0) this.#keys.delete(block)
    }
  }

  /** Forgets all with a block that is destroyed. */
  drop(block: Block): void {
    for (const key of this.#keys.get(block) ?? []) this.#groups.delete(key)
    this.#keys.delete(block)
  }
}
