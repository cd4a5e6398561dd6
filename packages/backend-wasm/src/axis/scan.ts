/**
 * The `scan` kernel: running sums, products and extremes along one axis, four neighbouring lines at a time, folded as
 * reductions are.
 */
import { type ScanCall, sizeOf } from '@nabla/backend'
import type { Value } from '../assembler/index.js'
import type { Device } from '../device.js'
import { type Cursor, read, write } from '../emit/access.js'
import type { Lanes } from '../emit/convert.js'
import { Kit } from '../emit/kit.js'
import { emitElements, type Round } from '../emit/loops.js'
import { emitWalk, type Walk, writeWalk } from '../emit/walk.js'
import { unrollFor } from '../map/kernel.js'
import { buildNest, orderByStride, type Placed, pacesOf, placeView } from '../nest.js'
import { type Folding, foldingOf } from '../reduce/folding.js'

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
