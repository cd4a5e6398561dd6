/**
 * The cotangents that backward has found so far: one sum per recorded step, and how many sums hold each tensor, since
 * one tensor may be the cotangent of several steps.
 */
import { expressions, input } from '@nabla/backend'
import type { GraphNode } from '../engine/primitives.js'
import { map } from '../primitives/map.js'
import type { Tensor } from '../tensor.js'

function add(a: Tensor, b: Tensor): Tensor {
  return map('gradient sum', expressions.add(input(0, a.dtype), input(1, a.dtype)), [a, b])
}

export class Cotangents {
  private readonly sums = new Map<GraphNode, Tensor>()
  private readonly holders = new Map<Tensor, number>()

  private hold(tensor: Tensor, change: 1 | -1): void {
    const count = (this.holders.get(tensor) ?? 0) + change
    if (count === 0) this.holders.delete(tensor)
    else this.holders.set(tensor, count)
  }

  /** Whether a tensor is the cotangent of some step that is still to come. */
  holds(tensor: Tensor): boolean {
    return this.holders.has(tensor)
  }

  peek(node: GraphNode): Tensor | undefined {
    return this.sums.get(node)
  }

  take(node: GraphNode): Tensor | undefined {
    const sum = this.sums.get(node)
    if (sum === undefined) return undefined
    this.sums.delete(node)
    this.hold(sum, -1)
    return sum
  }

  /** Adds a contribution; returns the sum that it replaced, if there was one. */
  push(node: GraphNode, part: Tensor): Tensor | undefined {
    const earlier = this.take(node)
    const sum = earlier === undefined ? part : add(earlier, part)
    this.sums.set(node, sum)
    this.hold(sum, 1)
    return earlier
  }
}
