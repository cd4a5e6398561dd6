/**
 * Kernel calls from words, in the order in which encode-call.ts writes them.
 */
import type { Expr } from '../../expr/node.js'
import {
  COMPOSITES,
  type KernelCall,
  POOL_MODES,
  type PoolGeometry,
  REDUCE_OPERATIONS,
  SCAN_OPERATIONS,
  SCATTER_OPERATIONS,
} from '../../kernel.js'
import type { View } from '../../view.js'
import { KINDS } from './encode-call.js'
import type { NamesReceived } from './names.js'
import { oneOf, type WordReader } from './words.js'

/** Where a call is read from, and what its buffers and scalars are there. */
export interface CallSource<B, N> {
  readonly words: WordReader
  readonly names: NamesReceived
  buffer(number: number): B
  scalar(): N
}

function readView<B, N>(source: CallSource<B, N>): View<B> {
  const { words } = source
  const buffer = source.buffer(words.next())
  const dtype = words.dtype()
  const offset = words.next()
  const rank = words.next()
  const shape: number[] = []
  const strides: number[] = []
  for (let axis = 0; axis < rank; axis++) shape.push(words.next())
  for (let axis = 0; axis < rank; axis++) strides.push(words.next())
  return { buffer, dtype, shape, strides, offset }
}

/** As many as there are of what `read` reads. */
function readMany<T>(count: number, read: () => T): T[] {
  const all: T[] = []
  for (let i = 0; i < count; i++) all.push(read())
  return all
}

const readViews = <B, N>(source: CallSource<B, N>): View<B>[] =>
  readMany(source.words.next(), () => readView(source))

const readOptionalView = <B, N>(source: CallSource<B, N>): View<B> | undefined => readViews(source)[0]

const readScalars = <B, N>(source: CallSource<B, N>): N[] =>
  readMany(source.words.next(), () => source.scalar())

function readPost<B, N>(
  source: CallSource<B, N>,
): { readonly post?: Expr; readonly postInputs?: readonly View<B>[] } {
  const { words, names } = source
  const expression = words.next()
  const views = words.next()
  return {
    ...(expression > 0 && { post: names.expression(expression - 1) }),
    ...(views > 0 && { postInputs: readMany(views - 1, () => readView(source)) }),
  }
}

function readGeometry(words: WordReader): PoolGeometry {
  const pair = (): readonly [number, number] => [words.next(), words.next()]
  return { window: pair(), strides: pair(), dilation: pair(), padding: [pair(), pair()] }
}

export function decodeCall<B, N>(source: CallSource<B, N>): KernelCall<B, N> {
  const { words, names } = source
  const kind = oneOf(KINDS, words.next())
  const label = names.text(words.next())
  switch (kind) {
    case 'map': {
      const shape = words.list()
      const expressions = words.list().map((id) => names.expression(id))
      const inputs = readViews(source)
      const scalars = readScalars(source)
      const outputs = readViews(source)
      const when = readOptionalView(source)
      const call = { kind, label, shape, expressions, inputs, scalars, outputs }
      return when === undefined ? call : { ...call, when }
    }
    case 'reduce':
      return {
        kind,
        label,
        operation: oneOf(REDUCE_OPERATIONS, words.next()),
        shape: words.list(),
        axes: words.list(),
        expression: names.expression(words.next()),
        inputs: readViews(source),
        scalars: readScalars(source),
        ...readPost(source),
        output: readView(source),
      }
    case 'contract':
      return {
        kind,
        label,
        batch: words.next(),
        rows: words.next(),
        columns: words.next(),
        contracted: words.next(),
        left: readView(source),
        right: readView(source),
        scalars: readScalars(source),
        ...readPost(source),
        output: readView(source),
      }
    case 'pool':
      return {
        kind,
        label,
        mode: oneOf(POOL_MODES, words.next()),
        geometry: readGeometry(words),
        by: readView(source),
        source: readView(source),
        output: readView(source),
      }
    case 'scan':
      return {
        kind,
        label,
        operation: oneOf(SCAN_OPERATIONS, words.next()),
        axis: words.next(),
        reverse: words.next() === 1,
        exclusive: words.next() === 1,
        input: readView(source),
        output: readView(source),
      }
    case 'gather':
      return {
        kind,
        label,
        axis: words.next(),
        input: readView(source),
        indices: readView(source),
        output: readView(source),
      }
    case 'scatter':
      return {
        kind,
        label,
        operation: oneOf(SCATTER_OPERATIONS, words.next()),
        axis: words.next(),
        indices: readView(source),
        updates: readView(source),
        output: readView(source),
      }
    case 'sort': {
      const axis = words.next()
      const descending = words.next() === 1
      const input = readView(source)
      const values = readOptionalView(source)
      const indices = readOptionalView(source)
      return { kind, label, axis, descending, input, ...(values && { values }), ...(indices && { indices }) }
    }
    case 'composite':
      return {
        kind,
        label,
        name: oneOf(COMPOSITES, words.next()),
        attributes: Object.fromEntries(
          readMany(words.next(), (): [string, number] => [names.text(words.next()), words.next()]),
        ),
        inputs: readViews(source),
        outputs: readViews(source),
      }
  }
}
