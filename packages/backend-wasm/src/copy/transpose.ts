/**
 * Copies of 32-bit elements between views that run along different axes: tiles of 4 × 4 turned around in registers, along
 * strips as wide as a cache line, so that every line that is read is used up.
 */
import { i32, type Local, load, type Value, type Vector, v128 } from '../assembler/index.js'
import type { Device } from '../device.js'
import { ArgumentReader } from '../emit/arguments.js'
import type { Kit } from '../emit/kit.js'
import { coordinatesOf, placeAt } from '../emit/loops.js'
import type { Nest, Placed } from '../nest.js'

/** Elements of a strip: a cache line of 64 bytes. */
const STRIP = 16

/** Four rows as four columns. */
function turn(kit: Kit, [a, b, c, d]: readonly [Vector, Vector, Vector, Vector]): readonly Vector[] {
  const low = (x: Vector, y: Vector): Vector => kit.let(v128.shuffle(x, y, [0, 4, 1, 5]))
  const high = (x: Vector, y: Vector): Vector => kit.let(v128.shuffle(x, y, [2, 6, 3, 7]))
  const [ab, abHigh, cd, cdHigh] = [low(a, b), high(a, b), low(c, d), high(c, d)]
  return [
    v128.shuffle(ab, cd, [0, 1, 4, 5]),
    v128.shuffle(ab, cd, [2, 3, 6, 7]),
    v128.shuffle(abHigh, cdHigh, [0, 1, 4, 5]),
    v128.shuffle(abHigh, cdHigh, [2, 3, 6, 7]),
  ]
}

/** Addresses in source and target. */
interface Pair {
  readonly source: Local<'i32'>
  readonly target: Local<'i32'>
}

/** Calls `body` with both addresses, moved on each time, `elements` at a time while there are as many left. */
function emitSteps(
  kit: Kit,
  { source, target }: Pair,
  left: Local<'i32'>,
  elements: number,
  steps: readonly [Value<'i32'>, Value<'i32'>],
  body: () => void,
): void {
  const { f } = kit
  f.while(
    () => i32.ge_u(left, elements),
    () => {
      body()
      f.increase(source, i32.mul(steps[0], elements))
      f.increase(target, i32.mul(steps[1], elements))
      f.increase(left, -elements)
    },
  )
}

const four = i32.constant(4)

/**
 * Arguments: the length along which the target runs and the one along which the source does; the source's stride along the
 * first, the target's along the second; the lengths of the other axes; for source and target the address and strides along
 * those. Steps: strips.
 */
function writeTransposeKernel(
  others: number,
  kit: Kit,
  args: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const { f } = kit
  const reader = new ArgumentReader(kit, args)
  const [rows, columns, sourceRow, targetColumn] = [
    reader.word(),
    reader.word(),
    reader.word(),
    reader.word(),
  ]
  const lengths = reader.words(others)
  const views = [0, 1].map(() => ({ address: reader.word(), strides: reader.words(others) }))
  const strips = f.let(i32.div_u(i32.add(columns, STRIP - 1), STRIP))
  f.range(from, to, 1, (step) => {
    const first = f.let(i32.mul(i32.rem_u(step, strips), STRIP))
    const width = f.let(i32.sub(columns, first))
    f.if(i32.gt_u(width, STRIP), () => f.set(width, i32.constant(STRIP)))
    const coordinates = coordinatesOf(kit, f.let(i32.div_u(step, strips)), lengths)
    const [source, target] = views.map(({ address, strides }) => placeAt(kit, address, coordinates, strides))
    const strip: Pair = { source: source as Local<'i32'>, target: target as Local<'i32'> }
    f.increase(strip.source, i32.mul(first, 4))
    f.increase(strip.target, i32.mul(first, targetColumn))
    const left = f.let(rows)
    for (const height of [4, 1]) {
      emitSteps(kit, strip, left, height, [sourceRow, four], () => {
        const place: Pair = { source: f.let(strip.source), target: f.let(strip.target) }
        const rest = f.let(width)
        if (height === 4) {
          emitSteps(kit, place, rest, 4, [four, targetColumn], () =>
            emitTile(kit, place, sourceRow, targetColumn),
          )
        }
        emitSteps(kit, place, rest, 1, [four, targetColumn], () => {
          for (let row = 0; row < height; row++) {
            const at = i32.add(place.source, i32.mul(sourceRow, row))
            f.store('i32', place.target, load('i32', at), 4 * row)
          }
        })
      })
    }
  })
}

function emitTile(
  kit: Kit,
  { source, target }: Pair,
  sourceRow: Value<'i32'>,
  targetColumn: Value<'i32'>,
): void {
  const row = (number: number): Vector => kit.let(load('v128', i32.add(source, i32.mul(sourceRow, number))))
  turn(kit, [row(0), row(1), row(2), row(3)]).forEach((column, number) => {
    kit.f.store('v128', i32.add(target, i32.mul(targetColumn, number)), column)
  })
}

/** Copies as said on top, if the nest is such a one; the first view is the source. */
export function transpose(device: Device, { lengths, strides }: Nest, views: readonly Placed[]): boolean {
  const last = lengths.length - 1
  const [from = [], to = []] = strides
  const columnAxis = from.indexOf(4)
  const fits = to[last] === 4 && columnAxis >= 0 && columnAxis !== last
  if (!fits || views[0]?.bytes !== 4) return false
  const [rows, columns] = [lengths[last] as number, lengths[columnAxis] as number]
  if (rows < 4 || columns < 4) return false
  const others = [...lengths.keys()].filter((axis) => axis !== last && axis !== columnAxis)
  const pick = (list: readonly number[]): number[] => others.map((axis) => list[axis] as number)
  const kernel = device.kernel(`transpose${others.length}`, (...given) => {
    writeTransposeKernel(others.length, ...given)
  })
  const writer = device.arguments()
  writer.words([rows, columns, from[last] as number, to[columnAxis] as number, ...pick(lengths)])
  views.forEach(({ address }, i) => {
    writer.words([address, ...pick(strides[i] ?? [])])
  })
  const strips = Math.ceil(columns / STRIP) * pick(lengths).reduce((product, length) => product * length, 1)
  device.run(kernel, { steps: strips, elementsPerStep: rows * STRIP })
  return true
}
