/**
 * The kernels of one dtype, assembled when it is first contracted, called by named parameters.
 */
import type { DType } from '@nabla/backend'
import { type Kernel, ModuleBuilder } from '../assembler/index.js'
import type { LinearMemory } from '../memory/linear-memory.js'
import type { Crew } from './crew.js'
import { type Element, elementOf } from './element.js'
import { type Block, defineMacroKernel } from './macro-kernel.js'
import { type Tile, tileOf } from './micro-kernel.js'
import { definePacking, type Packing } from './pack.js'
import { defineThin } from './thin-kernels.js'
import { defineTiny, type Tiny } from './tiny-kernel.js'

export interface Kernels {
  readonly element: Element
  readonly tile: Tile
  multiply(block: Block): void
  /** Into panels of `width` rows, which is the tile's number of rows or columns. */
  pack(width: number, packing: Packing): void
  tiny(parameters: Tiny): void
  readonly scatter: Kernel
  readonly collect: Kernel
  readonly addRows: Kernel
  readonly dotRows: Kernel
}

/** Compiled on the memory that they work on. With a crew they run on the thread that it is at. */
export function makeKernels(
  dtype: DType,
  relaxed: boolean,
  { memory, shared }: Pick<LinearMemory, 'memory' | 'shared'>,
  crew?: Crew,
): Kernels {
  const element = elementOf(dtype, relaxed)
  const tile = tileOf(element, relaxed && dtype.startsWith('float') && dtype !== 'float64')
  const module = new ModuleBuilder()
  defineMacroKernel(module, element, tile)
  for (const width of new Set([tile.rows, tile.columns])) definePacking(module, element, width)
  defineThin(module, element)
  defineTiny(module, element)
  const own = module.instantiate({ memory, shared, functions: {}, library: crew?.library })
  const kernel = (name: string): Kernel => {
    const direct = own(name)
    return crew === undefined ? direct : (...parameters) => crew.call(direct, parameters)
  }
  const multiply = kernel('multiply')
  const tiny = kernel('tiny')
  const across = new Map([tile.rows, tile.columns].map((width) => [width, kernel(`across${width}`)]))
  const along = new Map([tile.rows, tile.columns].map((width) => [width, kernel(`along${width}`)]))
  return {
    element,
    tile,
    multiply: (b) =>
      multiply(
        ...[b.left, b.leftPanel, b.leftStep, b.rows, b.right, b.rightPanel, b.rightStep, b.columns],
        ...[b.depth, b.output, b.rowOffsets, b.columnOffsets, b.columnFrom, b.columnRun, b.add, b.buffer],
      ),
    pack(width, p) {
      const isAlong = p.run > p.rowRun && p.run >= element.lanes
      const pack = (isAlong ? along : across).get(width)
      const rows = [p.rowOffsets, p.rowFrom, p.rowRun]
      pack?.(p.to, p.panels, p.depth, p.base, ...rows, p.offsets, p.from, p.run)
    },
    tiny: (t) =>
      tiny(
        ...[t.batches, t.m, t.n, t.k, t.left, t.leftBatch, t.leftRows, t.leftContracted],
        ...[t.right, t.rightBatch, t.rightColumns, t.rightContracted],
        ...[t.output, t.outputBatch, t.outputRows, t.outputColumns],
      ),
    scatter: kernel('scatter'),
    collect: kernel('collect'),
    addRows: kernel('addRows'),
    dotRows: kernel('dotRows'),
  }
}
