/**
 * Kernel calls as words. decode-call.ts reads them in the same order.
 */
import type { Expr } from '../../expr/node.js'
import {
  COMPOSITES,
  type KernelCall,
  type KernelKind,
  POOL_MODES,
  type PoolGeometry,
  REDUCE_OPERATIONS,
  SCAN_OPERATIONS,
  SCATTER_OPERATIONS,
} from '../../kernel.js'
import type { View } from '../../view.js'
import type { NamesSent } from './names.js'
import type { WordWriter } from './words.js'

/** Where a call is written to, and how its buffers and scalars are. */
export interface CallSink<B, N> {
  readonly words: WordWriter
  readonly names: NamesSent
  buffer(buffer: B): number
  scalar(scalar: N): void
}

/** The place of each kind of call is its number. */
export const KINDS = [
  'map',
  'reduce',
  'contract',
  'pool',
  'scan',
  'gather',
  'scatter',
  'sort',
  'composite',
] as const satisfies readonly KernelKind[]

function writeView<B, N>(sink: CallSink<B, N>, { buffer, dtype, offset, shape, strides }: View<B>): void {
  const { words } = sink
  words.push(sink.buffer(buffer))
  words.dtype(dtype)
  words.push(offset)
  const rank = shape.length
  words.push(rank)
  for (let axis = 0; axis < rank; axis++) words.push(shape[axis] as number)
  for (let axis = 0; axis < rank; axis++) words.push(strides[axis] as number)
}

function writeViews<B, N>(sink: CallSink<B, N>, views: readonly View<B>[]): void {
  sink.words.push(views.length)
  for (let i = 0; i < views.length; i++) writeView(sink, views[i] as View<B>)
}

/** A list of one or none. */
function writeOptionalView<B, N>(sink: CallSink<B, N>, view: View<B> | undefined): void {
  sink.words.push(view === undefined ? 0 : 1)
  if (view !== undefined) writeView(sink, view)
}

function writeScalars<B, N>(sink: CallSink<B, N>, scalars: readonly N[]): void {
  sink.words.push(scalars.length)
  for (let i = 0; i < scalars.length; i++) sink.scalar(scalars[i] as N)
}

/** Expressions and views that are there together or not at all count from 1, and 0 is none. */
function writePost<B, N>(
  sink: CallSink<B, N>,
  { post, postInputs }: { readonly post?: Expr; readonly postInputs?: readonly View<B>[] },
): void {
  sink.words.push(post === undefined ? 0 : sink.names.expression(post) + 1)
  sink.words.push(postInputs === undefined ? 0 : postInputs.length + 1)
  if (postInputs !== undefined) for (const view of postInputs) writeView(sink, view)
}

function writeGeometry(words: WordWriter, { window, strides, dilation, padding }: PoolGeometry): void {
  for (const pair of [window, strides, dilation, ...padding]) {
    words.push(pair[0])
    words.push(pair[1])
  }
}

export function encodeCall<B, N>(call: KernelCall<B, N>, sink: CallSink<B, N>): void {
  const { words, names } = sink
  words.push(KINDS.indexOf(call.kind))
  words.push(names.text(call.label))
  switch (call.kind) {
    case 'map':
      words.list(call.shape)
      words.push(call.expressions.length)
      for (let i = 0; i < call.expressions.length; i++)
        words.push(names.expression(call.expressions[i] as Expr))
      writeViews(sink, call.inputs)
      writeScalars(sink, call.scalars)
      writeViews(sink, call.outputs)
      writeOptionalView(sink, call.when)
      break
    case 'reduce':
      words.push(REDUCE_OPERATIONS.indexOf(call.operation))
      words.list(call.shape)
      words.list(call.axes)
      words.push(names.expression(call.expression))
      writeViews(sink, call.inputs)
      writeScalars(sink, call.scalars)
      writePost(sink, call)
      writeView(sink, call.output)
      break
    case 'contract':
      words.push(call.batch)
      words.push(call.rows)
      words.push(call.columns)
      words.push(call.contracted)
      writeView(sink, call.left)
      writeView(sink, call.right)
      writeScalars(sink, call.scalars)
      writePost(sink, call)
      writeView(sink, call.output)
      break
    case 'pool':
      words.push(POOL_MODES.indexOf(call.mode))
      writeGeometry(words, call.geometry)
      writeView(sink, call.by)
      writeView(sink, call.source)
      writeView(sink, call.output)
      break
    case 'scan':
      words.push(SCAN_OPERATIONS.indexOf(call.operation))
      words.push(call.axis)
      words.push(Number(call.reverse))
      words.push(Number(call.exclusive))
      writeView(sink, call.input)
      writeView(sink, call.output)
      break
    case 'gather':
      words.push(call.axis)
      writeView(sink, call.input)
      writeView(sink, call.indices)
      writeView(sink, call.output)
      break
    case 'scatter':
      words.push(SCATTER_OPERATIONS.indexOf(call.operation))
      words.push(call.axis)
      writeView(sink, call.indices)
      writeView(sink, call.updates)
      writeView(sink, call.output)
      break
    case 'sort':
      words.push(call.axis)
      words.push(Number(call.descending))
      writeView(sink, call.input)
      writeOptionalView(sink, call.values)
      writeOptionalView(sink, call.indices)
      break
    case 'composite': {
      words.push(COMPOSITES.indexOf(call.name))
      const attributes = Object.entries(call.attributes)
      words.push(attributes.length)
      for (const [name, value] of attributes) {
        words.push(names.text(name))
        words.push(value)
      }
      writeViews(sink, call.inputs)
      writeViews(sink, call.outputs)
    }
  }
}
