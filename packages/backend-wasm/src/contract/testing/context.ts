/**
 * A backend of nothing but contractions, for tests and measurements: buffers in a linear memory of its own.
 */
import type { Buffer, ContractCall, DType, Layout, View } from '@nabla/backend'
import { type Block, bytesOf, LinearMemory } from '../../memory/linear-memory.js'
import type { Crew } from '../crew.js'
import { type ContractContext, Contractions, type OutputPart } from '../run.js'

export interface Workbench {
  readonly memory: LinearMemory
  readonly contractions: Contractions
  /** What `post` was called with. */
  readonly posts: (OutputPart | undefined)[]
  /** A view on a new buffer of `length` elements. */
  view(dtype: DType, layout: Layout, length: number): View
  /** The elements of the buffer behind a view; not to be kept. */
  elements(view: View): ReturnType<LinearMemory['arrayAt']>
  freeAll(): void
}

export function makeWorkbench(
  relaxedSimd: boolean,
  post?: (call: ContractCall, part?: OutputPart) => void,
  crew?: (memory: LinearMemory) => Crew,
) {
  const memory = new LinearMemory({
    maximumBytes: 2 ** 30,
    shared: crew !== undefined,
    describeUse: () => 'a test',
  })
  const blocks = new Map<Buffer, Block>()
  const address = ({ buffer }: View): number => blocks.get(buffer)?.address ?? 0
  const posts: (OutputPart | undefined)[] = []
  const context: ContractContext = {
    memory,
    relaxedSimd,
    crew: crew?.(memory),
    address,
    post(call, part) {
      posts.push(part)
      post?.(call, part)
    },
  }
  const bench: Workbench = {
    memory,
    contractions: new Contractions(context),
    posts,
    view(dtype, layout, length) {
      const buffer: Buffer = { id: blocks.size, dtype, length }
      blocks.set(buffer, memory.take(bytesOf(dtype, length)))
      return { ...layout, buffer, dtype }
    },
    elements: (view) => memory.arrayAt(view.dtype, address(view), view.buffer.length),
    freeAll() {
      for (const block of blocks.values()) memory.give(block)
      blocks.clear()
    },
  }
  return bench
}
