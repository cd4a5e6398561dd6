/**
 * Tools for planting one fault in a good backend: calls rewritten before they run, or results spoiled after.
 */
import {
  type Backend,
  type DType,
  decorate,
  type Expr,
  type KernelCall,
  layoutPositions,
  type ReduceCall,
  topologicalOrder,
  transformExpr,
  type View,
} from '@nabla/backend'
import { toNumbers, toTypedArray } from '../reference/backend.js'
import { reducedGroups } from '../reference/reduce.js'

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

/** Every instruction of one kind in the expressions of maps, replaced. */
export function replacingInstruction(
  inner: Backend,
  instruction: string,
  replace: (operands: readonly Expr[], node: Expr) => Expr,
): Backend {
  const rewrite = (root: Expr): Expr => {
    if (!topologicalOrder([root]).some((node) => node.kind === 'apply' && node.instruction === instruction))
      return root
    return transformExpr(root, (node) =>
      node.kind === 'apply' && node.instruction === instruction
        ? replace(node.arguments.map(rewrite), node)
        : undefined,
    )
  }
  return rewriting(inner, (call) =>
    call.kind === 'map' ? { ...call, expressions: call.expressions.map(rewrite) } : call,
  )
}

/** Reductions of one kind computed by other means; everything else as before. */
export function reducing(
  inner: Backend,
  which: (call: ReduceCall) => boolean,
  fold: (values: number[]) => number,
): Backend {
  return decorate(inner, {
    run: (call) => {
      if (call.kind !== 'reduce' || !which(call)) return inner.run(call)
      const groups = reducedGroups(call, (view) => elementsIn(inner, view))
      const { post, postInputs = [], ...plain } = call
      putElements(inner, plain.output, groups.map(fold))
      if (post === undefined) return
      const inputs = [plain.output, ...postInputs]
      inner.run({
        kind: 'map',
        label: call.label,
        shape: plain.output.shape,
        expressions: [post],
        inputs,
        scalars: call.scalars,
        outputs: [plain.output],
      })
    },
  })
}

/** One thing done after every call of a kind. */
export function after<K extends KernelCall['kind']>(
  inner: Backend,
  kind: K,
  spoil: (call: KernelCall & { kind: K }) => void,
): Backend {
  const isKind = (call: KernelCall): call is KernelCall & { kind: K } => call.kind === kind
  return decorate(inner, {
    run: (call) => {
      inner.run(call)
      if (isKind(call)) spoil(call)
    },
  })
}
