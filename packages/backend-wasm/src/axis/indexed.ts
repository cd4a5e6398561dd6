/**
 * The `gather` and `scatter` kernels: elements or whole rows moved to or from where indices along one axis say. Scatters go
 * in row-major order of the updates.
 */
import {
  type ApplyExpr,
  apply,
  type DType,
  DTypeError,
  type GatherCall,
  IndexError,
  input,
  type ScatterCall,
  type ScatterOperation,
  sizeOf,
  type View,
} from '@nabla/backend'
import { i32, type Jump, type Local, load, type Value } from '../assembler/index.js'
import { MOVED } from '../copy/copy.js'
import type { Device } from '../device.js'
import { advance, type Cursor, read, type StoredType, write } from '../emit/access.js'
import { EMIT } from '../emit/instructions.js'
import { Kit } from '../emit/kit.js'
import { emitElements } from '../emit/loops.js'
import { emitWalk, type Walk, writeWalk } from '../emit/walk.js'
import { STATUS } from '../memory/linear-memory.js'
import { buildNest, orderByStride, type Placed, pacesOf, placeView } from '../nest.js'

type Mode = 'gather' | ScatterOperation

const COMBINE = { add: 'add', maximum: 'maximum', minimum: 'minimum' } as const

/** Moves one element or four from `source` to `target`, combined with what is there. */
function move(
  kit: Kit,
  mode: Mode,
  dtype: DType,
  source: Cursor,
  target: Cursor,
  ahead: number,
  one: boolean,
): void {
  const value = read(kit, source, ahead, one)
  if (mode === 'gather' || mode === 'set') {
    write(kit, target, value, ahead, one)
    return
  }
  const settle = (cursor: Cursor) => read(kit, cursor, ahead, one).map((vector) => kit.let(vector))
  const operands = [settle(target), value.map((vector) => kit.let(vector))]
  const node: ApplyExpr = apply(COMBINE[mode], [input(0, dtype), input(1, dtype)], dtype)
  write(kit, target, EMIT[node.instruction](kit, node, operands), ahead, one)
}

interface Axis {
  readonly length: Value<'i32'>
  readonly stride: Value<'i32'>
}

/** Bytes to the slice that an index names; leaves the kernel with the index in `STATUS` if there is none. */
function emitOffset(kit: Kit, indices: Local<'i32'>, { length, stride }: Axis, fail: Jump): Value<'i32'> {
  const { f } = kit
  const index = f.let(load('i32', indices))
  f.if(i32.lt_s(index, 0), () => f.increase(index, length))
  f.if(i32.ge_u(index, length), () => {
    f.store('i32', STATUS, load('i32', indices), 4)
    f.store('i32', STATUS, i32.constant(1))
    fail()
  })
  return f.let(i32.mul(index, stride))
}

/** Arguments: those of the walk over the moved view, the indices and the other view without its axis; that axis. */
function writeIndexedKernel(walk: Walk, mode: Mode, dtype: DType): void {
  const { kit } = walk
  kit.f.block((fail) => {
    emitWalk(
      walk,
      (reader): Axis => ({ length: reader.word(), stride: reader.word() }),
      (cursors, count, axis) => {
        const [walked, indices, other] = cursors as readonly [Cursor, Cursor, Cursor]
        const pairOf = (there: Cursor) =>
          (mode === 'gather' ? [there, walked] : [walked, there]) as [Cursor, Cursor]
        // Updates of one element come one after the other.
        if (indices.pace === 'uniform' && (mode === 'gather' || other.pace !== 'uniform')) {
          const offset = emitOffset(kit, indices.at, axis, fail)
          const there = { ...other, at: kit.f.let(i32.add(other.at, offset)) }
          emitElements(kit, [walked, there], count, 1, ([round]) => {
            const own = new Kit(kit.f, kit.module, kit.choices)
            move(own, mode, dtype, ...pairOf(there), 0, round?.one === true)
          })
          return
        }
        const left = kit.f.let(count)
        kit.f.while(
          () => left,
          () => {
            const own = new Kit(kit.f, kit.module, kit.choices)
            const offset = emitOffset(own, indices.at, axis, fail)
            const there = { ...other, at: own.f.let(i32.add(other.at, offset)) }
            move(own, mode, dtype, ...pairOf(there), 0, true)
            for (const cursor of cursors) advance(own, cursor, 1)
            own.f.increase(left, -1)
          },
        )
      },
    )
  })
}

function checkIndices(indices: View, label: string): void {
  if (indices.dtype === 'int32') return
  throw new DTypeError(label, {
    expected: 'int32 indices',
    received: `${indices.dtype} indices`,
    fix: "cast them first with cast(indices, 'int32')",
  })
}

function indexError(label: string, index: number, axis: number, length: number): IndexError {
  return new IndexError(label, {
    expected:
      length === 0
        ? `no index, since axis ${axis} has length 0`
        : `indices from ${-length} to ${length - 1} for axis ${axis} of length ${length}`,
    received: `index ${index}`,
    fix: 'check the indices (labels and token numbers count from 0), or clip them first',
  })
}

/** @param walked the view with the shape of the indices; @param other the one in which the axis is redirected. */
function run(device: Device, call: GatherCall | ScatterCall, mode: Mode, walked: View, other: View): void {
  const { label, axis, indices } = call
  checkIndices(indices, label)
  if (sizeOf(walked.shape) === 0) return
  const there = placeView(other)
  const length = other.shape[axis] as number
  const base: Placed = { ...there, strides: there.strides.with(axis, 0) }
  const views = [placeView(walked), placeView(indices), base]
  const axes = walked.shape.map((_, each) => each)
  const nest = buildNest(
    walked.shape,
    views,
    mode === 'gather' ? orderByStride(views.slice(0, 1), axes) : axes,
  )
  const paces = pacesOf(nest, views)
  const moved = MOVED[there.bytes] ?? (MOVED[8] as readonly [StoredType, DType])
  const isMoved = mode === 'gather' || mode === 'set'
  const stored: StoredType = isMoved ? moved[0] : walked.dtype
  const rank = nest.lengths.length
  const key = `${mode}${stored}${rank}${paces.map((pace) => pace[0]).join('')}`
  const kernel = device.kernel(key, (kit, args, from, to) => {
    const types = [stored, 'int32', stored] as const
    const classes = paces.map((pace, i) => ({ dtype: types[i], pace }))
    writeIndexedKernel({ kit, args, from, to, rank, classes }, mode, walked.dtype)
  })
  const writer = device.arguments()
  writeWalk(writer, nest, views, paces)
  writer.words([length, there.strides[axis] as number])
  // Updates of a scatter may meet in one element.
  device.runWalk(kernel, nest, mode === 'gather' ? {} : { unit: 'none' })
  device.perform(() => {
    const words = device.memory.views.i32
    const failed = words[STATUS / 4] !== 0
    words[STATUS / 4] = 0
    if (failed) throw indexError(label, words[STATUS / 4 + 1] ?? 0, axis, length)
  })
}

export function runGather(device: Device, call: GatherCall): void {
  run(device, call, 'gather', call.output, call.input)
}

export function runScatter(device: Device, call: ScatterCall): void {
  run(device, call, call.operation, call.updates, call.output)
}
