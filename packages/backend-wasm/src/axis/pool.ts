/**
 * The `pool` kernel: what is picked from the winner of every window, or added at it, for four channels at a time. What is
 * kept of a winner is how many bytes it lies from the start of its image.
 */
import {
  apply,
  constant,
  type DType,
  type Expr,
  type Instruction,
  input,
  isFloat,
  type PoolCall,
  sizeOf,
} from '@nabla/backend'
import { i32, i32x4, type Local, type Value, type Vector, v128 } from '../assembler/index.js'
import type { Device } from '../device.js'
import { type Cursor, type Pace, read, write } from '../emit/access.js'
import { ArgumentReader } from '../emit/arguments.js'
import type { Lanes } from '../emit/convert.js'
import { EMIT } from '../emit/instructions.js'
import { Kit } from '../emit/kit.js'
import { coordinatesOf, emitElements } from '../emit/loops.js'
import { runMap } from '../map/map.js'
import { type Placed, paceOf, placeView } from '../nest.js'

/** No position of any image: no window has been looked at yet. */
const NOTHING = -(2 ** 31)

type Two<T> = readonly [T, T]

/** One instruction on values of a type. */
function emit(kit: Kit, instruction: Instruction, dtype: DType, result: DType, ...operands: Lanes[]): Lanes {
  const inputs = operands.map((_, slot): Expr => input(slot, dtype))
  const node = apply(instruction, inputs, result)
  return EMIT[instruction](kit, node, operands).map((vector) => kit.let(vector))
}

/** All that an axis of the windows has: its length in the image, and how windows lie along it. */
interface WindowAxis {
  readonly length: Value<'i32'>
  readonly window: Value<'i32'>
  readonly stride: Value<'i32'>
  readonly dilation: Value<'i32'>
  readonly padding: Value<'i32'>
  /** Bytes from step to step in `by`, and in the view where winners are. */
  readonly by: Value<'i32'>
  readonly there: Value<'i32'>
}

interface Pool {
  readonly kit: Kit
  readonly mode: PoolCall['mode']
  readonly dtype: DType
  readonly axes: Two<WindowAxis>
  /** The position of the window: its first row and column in the image. */
  readonly starts: Two<Value<'i32'>>
}

/** Calls `body` for every place of the window that is within the image. */
function emitWindow(
  { kit, axes, starts }: Pool,
  body: (by: Value<'i32'>, there: Value<'i32'>) => void,
): void {
  const { f } = kit
  const along = (number: 0 | 1, inside: (position: Local<'i32'>) => void): void => {
    const { window, dilation, length } = axes[number]
    const position = f.let(starts[number])
    f.range(0, window, 1, () => {
      f.if(i32.lt_u(position, length), () => inside(position))
      f.increase(position, dilation)
    })
  }
  along(0, (y) => {
    along(1, (x) => {
      const offset = (which: 'by' | 'there'): Value<'i32'> =>
        f.let(i32.add(i32.mul(y, axes[0][which]), i32.mul(x, axes[1][which])))
      body(offset('by'), offset('there'))
    })
  })
}

/** Where the winners of four channels are, or of one: the first largest, NaN above all. */
function emitWinners(pool: Pool, by: Cursor, one: boolean): Local<'v128'> {
  const { kit, dtype } = pool
  const { f } = kit
  const best = read(kit, by, 0, one).map((vector) => f.let(vector))
  const winners = f.let(i32x4.constant(NOTHING))
  emitWindow(pool, (byOffset, thereOffset) => {
    const own = new Kit(f, kit.module, kit.choices)
    const place = { ...by, at: f.let(i32.add(by.at, byOffset)) }
    const value = read(own, place, 0, one).map((vector) => own.let(vector))
    const mask = (lanes: Lanes): Vector => lanes[0] as Vector
    const greater = mask(emit(own, 'less', dtype, 'bool', best, value))
    const first = v128.or(greater, i32x4.eq(winners, own.word(NOTHING)))
    const isNaN = (lanes: Lanes): Vector => mask(emit(own, 'isNaN', dtype, 'bool', lanes))
    const wins = own.let(isFloat(dtype) ? v128.or(first, v128.andnot(isNaN(value), isNaN(best))) : first)
    f.set(winners, v128.bitselect(wins, i32x4.splat(thereOffset), winners))
    const chosen = EMIT.select(
      own,
      apply('select', [constant(1, 'bool'), input(0, dtype), input(1, dtype)], dtype),
      [[wins], value, best],
    ).map((vector) => own.let(vector))
    best.forEach((vector, i) => {
      f.set(vector, chosen[i] as Vector)
    })
  })
  return winners
}

/** Moves what belongs to one channel: from the winner to `walked`, or from `walked` onto the winner. */
function emitMove(pool: Pool, winner: Value<'i32'>, walked: Cursor, there: Cursor): void {
  const { kit, mode, dtype } = pool
  const { f } = kit
  const offset = f.let(winner)
  const place = { ...there, at: f.let(i32.add(there.at, offset)) }
  const settle = (cursor: Cursor): Lanes => read(kit, cursor, 0, true).map((vector) => kit.let(vector))
  const isThere = i32.ne(offset, NOTHING)
  if (mode === 'select') {
    const zero = kit.f.hoist('zero', () => i32x4.constant(0))
    f.if(
      isThere,
      () => write(kit, walked, settle(place), 0, true),
      () => write(kit, walked, [zero], 0, true),
    )
  } else {
    f.if(isThere, () => {
      write(kit, place, emit(kit, 'add', dtype, dtype, settle(place), settle(walked)), 0, true)
    })
  }
}

/** A cursor a few elements ahead. */
function ahead(kit: Kit, cursor: Cursor, elements: number): Cursor {
  return { ...cursor, at: kit.f.let(i32.add(cursor.at, i32.mul(cursor.stride, elements))) }
}

function readAxis(reader: ArgumentReader): WindowAxis {
  return {
    length: reader.word(),
    window: reader.word(),
    stride: reader.word(),
    dilation: reader.word(),
    padding: reader.word(),
    by: reader.word(),
    there: reader.word(),
  }
}

/** The first row or column of a window in the image; negative in the padding. */
const startAt = (kit: Kit, place: Value<'i32'>, { stride, padding }: WindowAxis): Local<'i32'> =>
  kit.f.let(i32.sub(i32.mul(place, stride), padding))

/** `by`, the view where winners are, and the view that has an element for each window. */
type Views<T> = readonly [by: T, there: T, walked: T]

function mapViews<A, B>([by, there, walked]: Views<A>, change: (view: A) => B): Views<B> {
  return [change(by), change(there), change(walked)]
}

/**
 * Arguments: images, rows and columns of windows, channels; for each of the two window axes what `WindowAxis` says; for
 * each view its address, bytes per image and per channel; of the last one also those per row and column. Steps: windows.
 */
function writePoolKernel(
  { mode, paces, dtype }: { mode: PoolCall['mode']; paces: Views<Pace>; dtype: DType },
  kit: Kit,
  args: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const { f } = kit
  const reader = new ArgumentReader(kit, args)
  const lengths = [reader.word(), reader.word(), reader.word()] as const
  const channels = reader.word()
  const axes: Two<WindowAxis> = [readAxis(reader), readAxis(reader)]
  const views = mapViews(paces, (pace) => ({
    pace,
    address: reader.word(),
    image: reader.word(),
    channel: reader.word(),
  }))
  const [row, column] = [reader.word(), reader.word()]
  f.range(from, to, 1, (step) => {
    const [image, i, j] = coordinatesOf(kit, step, lengths) as [Local<'i32'>, Local<'i32'>, Local<'i32'>]
    const starts: Two<Value<'i32'>> = [startAt(kit, i, axes[0]), startAt(kit, j, axes[1])]
    const cursors = mapViews(views, ({ pace, address, image: perImage, channel }): Cursor => {
      return { dtype, pace, stride: channel, at: f.let(i32.add(address, i32.mul(image, perImage))) }
    })
    const [by, there, walked] = cursors
    f.increase(walked.at, i32.add(i32.mul(i, row), i32.mul(j, column)))
    emitElements(kit, cursors, channels, 1, ([round]) => {
      const one = round?.one === true
      const fresh = (): Pool => ({ kit: new Kit(f, kit.module, kit.choices), mode, dtype, axes, starts })
      const winners = emitWinners(fresh(), by, one)
      for (let lane = 0; lane < (one ? 1 : 4); lane++) {
        const winner = i32x4.extract(winners, lane)
        emitMove(fresh(), winner, ahead(kit, walked, lane), ahead(kit, there, lane))
      }
    })
  })
}

export function runPool(device: Device, call: PoolCall): void {
  const { mode, by, source, output, geometry, label } = call
  if (sizeOf(output.shape) === 0) return
  const { dtype } = output
  if (mode === 'spread') {
    const expressions = [constant(0, dtype)]
    runMap(device, {
      kind: 'map',
      label,
      shape: output.shape,
      expressions,
      inputs: [],
      scalars: [],
      outputs: [output],
    })
  }
  const [there, walked] = mode === 'select' ? [source, output] : [output, source]
  if (sizeOf(walked.shape) === 0 || sizeOf(by.shape) === 0) return
  const views: Views<Placed> = [placeView(by), placeView(there), placeView(walked)]
  const paces = mapViews(views, ({ strides, bytes }) => paceOf(strides[3] as number, bytes))
  const key = `pool${mode}${dtype}${paces.map((pace) => pace[0]).join('')}`
  const kernel = device.kernel(key, (...given) => writePoolKernel({ mode, paces, dtype }, ...given))
  const writer = device.arguments()
  writer.words(walked.shape)
  for (const axis of [0, 1] as const) {
    writer.words([by.shape[1 + axis] as number, geometry.window[axis], geometry.strides[axis]])
    writer.words([geometry.dilation[axis], geometry.padding[axis][0]])
    writer.words([views[0].strides[1 + axis] as number, views[1].strides[1 + axis] as number])
  }
  for (const { address, strides } of views)
    writer.words([address, strides[0] as number, strides[3] as number])
  writer.words(views[2].strides.slice(1, 3))
  const [images, rows, columns, channels] = walked.shape as readonly [number, number, number, number]
  device.run(kernel, {
    steps: images * rows * columns,
    elementsPerStep: channels * geometry.window[0] * geometry.window[1],
    // Windows of one image may have the same winner.
    unit: mode === 'select' ? 1 : rows * columns,
  })
}
