/**
 * Packing: rows of an operand, from wherever they lie, into panels that the micro-kernel reads straight through: element
 * k of a panel's row w is the (k · width + w)-th. Where rows lie side by side vectors are copied, where the contracted
 * index does they are transposed, and everything else is gathered by the tables.
 */
import {
  choose,
  type FunctionBuilder,
  i32,
  type Local,
  load,
  type ModuleBuilder,
  type Value,
  type Vector,
  v128,
} from '../assembler/index.js'
import type { Element } from './element.js'

/** Contracted elements taken from all panels before the next: their cache lines are still there for the next panel. */
const ACROSS = 16
const ALONG = 64

/** The parameters of both ways to pack, in order. */
export interface Packing {
  readonly to: number
  readonly panels: number
  readonly depth: number
  readonly base: number
  /** Offsets of the rows from the first on, its number, and how many lie side by side. */
  readonly rowOffsets: number
  readonly rowFrom: number
  readonly rowRun: number
  /** The same of the contracted index. */
  readonly offsets: number
  readonly from: number
  readonly run: number
}

type I = Local<'i32'>

/** Where the vectors of a panel begin; the last two overlap if the width is no multiple of the lanes. */
function groupsOf(width: number, lanes: number): number[] {
  return Array.from({ length: Math.ceil(width / lanes) }, (_, i) => Math.min(i * lanes, width - lanes))
}

export const entry = (table: Value<'i32'>, index: Value<'i32'>): Value<'i32'> =>
  load('i32', i32.add(table, i32.shl(index, 2)))

/** A square of vectors, rows for columns. */
export function transpose(f: FunctionBuilder, rows: readonly Vector[]): Vector[] {
  const [a, b, c, d] = rows
  if (a === undefined || b === undefined) return []
  if (c === undefined || d === undefined)
    return [v128.shuffle(a, b, [0, 1, 4, 5]), v128.shuffle(a, b, [2, 3, 6, 7])]
  const [low, high, low2, high2] = [
    f.let(v128.shuffle(a, b, [0, 4, 1, 5])),
    f.let(v128.shuffle(a, b, [2, 6, 3, 7])),
    f.let(v128.shuffle(c, d, [0, 4, 1, 5])),
    f.let(v128.shuffle(c, d, [2, 6, 3, 7])),
  ]
  return [
    v128.shuffle(low, low2, [0, 1, 4, 5]),
    v128.shuffle(low, low2, [2, 3, 6, 7]),
    v128.shuffle(high, high2, [0, 1, 4, 5]),
    v128.shuffle(high, high2, [2, 3, 6, 7]),
  ]
}

/** The addresses of a panel's rows. */
function rowStarts(f: FunctionBuilder, base: Value<'i32'>, rowOffsets: Value<'i32'>, width: number): I[] {
  return Array.from({ length: width }, (_, i) => f.let(i32.add(base, load('i32', rowOffsets, 4 * i))))
}

/** `body(panel, rowOffsets, to)` for each panel; `to` is where its element `k` goes. */
function eachPanel(
  f: FunctionBuilder,
  [to, panels, depth, rowOffsets, k]: readonly [I, I, I, I, I],
  panelBytes: number,
  width: number,
  body: (panel: I, panelOffsets: I, panelTo: I) => void,
): void {
  const panelOffsets = f.let(rowOffsets)
  const next = f.let(i32.add(to, i32.mul(k, panelBytes)))
  f.range(0, panels, 1, (panel) => {
    body(panel, panelOffsets, f.let(next))
    f.increase(panelOffsets, 4 * width)
    f.increase(next, i32.mul(depth, panelBytes))
  })
}

export const lesser = (f: FunctionBuilder, a: Value<'i32'>, b: Value<'i32'> | number): I => {
  const [first, second] = [f.let(a), f.number('i32', b)]
  return f.let(choose(i32.lt_u(first, second), first, second))
}

/** Rows side by side, or nothing is. */
function defineAcross(module: ModuleBuilder, element: Element, width: number): void {
  const groups = groupsOf(width, element.lanes)
  module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, to, panels, depth, base, rowOffsets, rowFrom, rowRun, offsets, from, _run) => {
      const table = f.let(i32.add(offsets, i32.shl(from, 2)))
      f.range(0, depth, ACROSS, (k) => {
        const end = lesser(f, i32.add(k, ACROSS), depth)
        const bytes = width * element.packed
        eachPanel(f, [to, panels, depth, rowOffsets, k], bytes, width, (panel, panelOffsets, at) => {
          const inRun = i32.rem_u(i32.add(rowFrom, i32.mul(panel, width)), rowRun)
          const copy = (read: (group: number, offset: I) => Vector) =>
            f.range(k, end, 1, (position) => {
              const offset = f.let(entry(table, position))
              for (const group of groups) f.store('v128', at, read(group, offset), group * element.packed)
              f.increase(at, bytes)
            })
          f.if(
            i32.le_u(i32.add(inRun, width), rowRun),
            () => {
              const start = f.let(i32.add(base, load('i32', panelOffsets)))
              copy((group, offset) => element.load(f, i32.add(start, offset), group * element.bytes))
            },
            () => {
              const starts = rowStarts(f, base, panelOffsets, width)
              copy((group, offset) =>
                element.gather(
                  f,
                  starts.slice(group, group + element.lanes).map((start) => i32.add(start, offset)),
                ),
              )
            },
          )
        })
      })
    },
    `across${width}`,
  )
}

/** Runs of the contracted index: `lanes` rows by `lanes` of it at once. */
function defineAlong(module: ModuleBuilder, element: Element, width: number): void {
  const { lanes, packed, bytes } = element
  const groups = groupsOf(width, lanes)
  module.define(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (f, to, panels, depth, base, rowOffsets, _rowFrom, _rowRun, offsets, from, run) => {
      const k = f.local('i32')
      f.while(
        () => i32.lt_u(k, depth),
        () => {
          const number = f.let(i32.add(from, k))
          const inRun = lesser(f, i32.sub(run, i32.rem_u(number, run)), ALONG)
          const count = lesser(f, inRun, i32.sub(depth, k))
          const whole = f.let(i32.and(count, -lanes))
          const start = f.let(i32.add(base, entry(offsets, number)))
          eachPanel(
            f,
            [to, panels, depth, rowOffsets, k],
            width * packed,
            width,
            (_panel, panelOffsets, at) => {
              for (const group of groups) {
                const starts = Array.from({ length: lanes }, (_, i) =>
                  f.let(i32.add(start, load('i32', panelOffsets, 4 * (group + i)))),
                )
                const next = f.let(at)
                const advance = (by: number): void => {
                  for (const each of starts) f.increase(each, by * bytes)
                  f.increase(next, by * width * packed)
                }
                f.range(0, whole, lanes, () => {
                  const rows = starts.map((each) => f.let(element.load(f, each)))
                  transpose(f, rows).forEach((vector, i) => {
                    f.store('v128', next, vector, (i * width + group) * packed)
                  })
                  advance(lanes)
                })
                f.range(whole, count, 1, () => {
                  f.store('v128', next, element.gather(f, starts), group * packed)
                  advance(1)
                })
              }
            },
          )
          f.increase(k, count)
        },
      )
    },
    `along${width}`,
  )
}

export function definePacking(module: ModuleBuilder, element: Element, width: number): void {
  defineAcross(module, element, width)
  defineAlong(module, element, width)
}
