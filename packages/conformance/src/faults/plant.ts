/**
 * Tools for planting one fault in a good backend: calls rewritten before they run, or results spoiled after.
 */
import {
  type Backend,
  type DType,
  decorate,
  type KernelCall,
  layoutPositions,
  type View,
} from '@nabla/backend'
import { toNumbers, toTypedArray } from '../reference/backend.js'

/** The same backend with fewer types, so that the kit is done sooner. */
export function withDTypes(inner: Backend, dtypes: readonly DType[]): Backend {
  return decorate(inner, { capabilities: { ...inner.capabilities, dtypes } })
}

/** A backend that runs another call than it is asked for. */
export function rewriting(inner: Backend, rewrite: (call: KernelCall) => KernelCall): Backend {
  return decorate(inner, { run: (call) => inner.run(rewrite(call)) })
}

/** Elements of a view of a backend that reads at once. */
export function elementsIn(backend: Backend, view: View): number[] {
  const contents = contentsOf(backend, view)
  return Array.from(layoutPositions(view), (position) => contents[position] as number)
}

function contentsOf(backend: Backend, { buffer }: View): number[] {
  const data = backend.readSync?.(buffer)
  if (data === undefined)
    throw new TypeError(`faults are planted in backends that read at once, unlike ${backend.name}`)
  return toNumbers(buffer.dtype, data)
}

/** Puts other elements into a view. */
export function putElements(backend: Backend, view: View, values: readonly number[]): void {
  const contents = contentsOf(backend, view)
  let next = 0
  for (const position of layoutPositions(view)) contents[position] = values[next++] as number
  if (contents.length > 0) backend.write(view.buffer, toTypedArray(view.dtype, contents))
}
