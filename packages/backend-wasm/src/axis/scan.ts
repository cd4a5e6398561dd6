/**
 * The `scan` kernel: running sums, products and extremes along one axis, folded as reductions are: four neighbouring lines
 * at a time, each to its end, or, where many lines lie beside each other, all of them row by row.
 */
import { type ScanCall, sizeOf } from '@nabla/backend'
import type { Value } from '../assembler/index.js'
import type { Device } from '../device.js'
import { type Cursor, type Pace, read, write } from '../emit/access.js'
import type { Lanes } from '../emit/convert.js'
import { Kit } from '../emit/kit.js'
import { emitElements, type Round } from '../emit/loops.js'
import { emitWalk, type Walk, writeWalk } from '../emit/walk.js'
import { unrollFor } from '../map/kernel.js'
import { buildNest, type Nest, orderByStride, type Placed, pacesOf, placeView } from '../nest.js'
import { type Folding, foldingOf } from '../reduce/folding.js'
import { MOST_COLUMNS, REGISTER_BYTES } from '../reduce/kernel.js'
import { columnsOf } from '../reduce/reduce.js'
import { writeAcrossKernel } from './scan-across.js'

/** The loop along the axis for four lines, or one, or several times four. */
function emitLine(
  kit: Kit,
  folding: Folding,
  exclusive: boolean,
  [input, output]: readonly [Cursor, Cursor],
  [length, inputStep, outputStep]: readonly [Value<'i32'>, Value<'i32'>, Value<'i32'>],
  rounds: readonly Round[],
): void {
  const { f } = kit
  const source = { ...input, at: f.let(input.at) }
  const target = { ...output, at: f.let(output.at) }
  const all = rounds.map((round) => ({
    ...round,
    registers: folding.initial(kit).map((each) => f.let(each)),
  }))
  f.range(0, length, 1, () => {
    for (const { ahead, one, registers } of all) {
      const own = new Kit(f, kit.module, kit.choices)
      const settle = (lanes: Lanes) => lanes.map((vector) => own.let(vector))
      const value = settle(read(own, source, ahead, one))
      const before = exclusive ? settle(folding.result(own, registers)) : []
      const after = settle(folding.fold(own, registers, [{ lanes: value }]))
      registers.forEach((register, i) => {
        f.set(register, after[i] ?? register)
      })
      write(own, target, exclusive ? before : folding.result(own, registers), ahead, one)
    }
    f.increase(source.at, inputStep)
    f.increase(target.at, outputStep)
  })
}

/** Arguments: those of the walk over the first elements of all lines, the length of a line, the steps along it. */
function writeScanKernel(walk: Walk, folding: Folding, exclusive: boolean): void {
  emitWalk(
    walk,
    (reader) => [reader.word(), reader.word(), reader.word()] as const,
    (cursors, count, line) => {
      const pair = cursors as readonly [Cursor, Cursor]
      // A cache line of neighbouring lines at a time, where they are neighbours.
      emitElements(walk.kit, pair, count, unrollFor(0, pair), (rounds) => {
        emitLine(walk.kit, folding, exclusive, pair, line, rounds)
      })
    },
  )
}

export function runScan(device: Device, call: ScanCall): void {
  const { operation, axis, reverse, exclusive, input, output } = call
  if (sizeOf(input.shape) === 0) return
  const length = input.shape[axis] as number
  const step = ({ strides }: Placed): number =>
    reverse ? -(strides[axis] as number) : (strides[axis] as number)
  const all = [input, output].map(placeView)
  const views = all.map((view) => ({
    ...view,
    address: reverse ? view.address + (length - 1) * (view.strides[axis] as number) : view.address,
  }))
  const others = input.shape.map((_, each) => each).filter((each) => each !== axis)
  const nest = buildNest(input.shape, views, orderByStride(views, others))
  const paces = pacesOf(nest, views)
  if (isAcross(nest, paces, length)) {
    runAcross(device, call, nest, views, paces, [length, ...all.map(step)])
    return
  }
  const rank = nest.lengths.length
  const { dtype } = input
  const key = `scan${operation}${exclusive}${dtype}${rank}${paces.map((pace) => pace[0]).join('')}`
  const kernel = device.kernel(key, (kit, args, from, to) => {
    const classes = paces.map((pace) => ({ dtype, pace }))
    writeScanKernel({ kit, args, from, to, rank, classes }, foldingOf(operation, dtype), exclusive)
  })
  const writer = device.arguments()
  writeWalk(writer, nest, views, paces)
  writer.words([length, ...all.map(step)])
  device.runWalk(kernel, nest, { operations: length })
}

/** Lines beside each other from which on it is worth to keep their totals in memory, if they are too long for the caches. */
const MANY = 32
const LONG = 2 ** 17
/** Columns of a block: pieces of rows shorter than this are read so slowly that a second thread gains nothing. */
const LEAST_COLUMNS = 1024

const isAcross = ({ lengths }: Nest, paces: readonly Pace[], length: number): boolean =>
  (lengths.at(-1) as number) >= MANY &&
  sizeOf(lengths) * length >= LONG &&
  length > 1 &&
  paces.every((pace) => pace === 'contiguous')

/** By rows of lines: where lines lie beside each other. */
function runAcross(
  device: Device,
  { operation, exclusive, input: { dtype } }: ScanCall,
  { lengths, strides }: Nest,
  views: readonly Placed[],
  paces: readonly Pace[],
  [length, ...along]: readonly [number, ...number[]],
): void {
  const elements = sizeOf(lengths)
  const columns = lengths.at(-1) as number
  const atOnce = Math.max(LEAST_COLUMNS, columnsOf(device, columns, elements / columns, MOST_COLUMNS))
  const rows = atOnce >= columns ? 1 : 4
  const key = `scan across ${operation}${exclusive}${dtype}${lengths.length}${rows}`
  const kernel = device.kernel(key, (...given) => {
    const classes = paces.map((pace) => ({ dtype, pace }))
    const folding = foldingOf(operation, dtype)
    writeAcrossKernel({ kept: lengths.length, folding, exclusive, rows, classes }, ...given)
  })
  const steps = (elements / columns) * Math.ceil(columns / atOnce)
  // Before arguments are written, since memory may grow.
  const registers = device.registers(REGISTER_BYTES)
  const writer = device.arguments()
  writer.words([length, ...lengths, registers, device.stepsPerThread(steps), atOnce])
  views.forEach(({ address }, i) => {
    writer.words([address, ...(strides[i] as readonly number[]), along[i] as number])
  })
  device.run(kernel, { steps, elementsPerStep: (elements * length) / steps })
}
