/** The text of a map through tiles. */
import type { DType } from '@nabla/backend'
import { expressionFunction } from '../../expression/function.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import type { Places } from '../places.js'
import type { MapProblem, Operand } from './problem.js'

export const TILE = 32
/** A row of a tile in workgroup memory, longer by one so that a column falls into different banks. */
export const ROW: number = TILE + 1
export const INVOCATIONS = 256
const ROWS_AT_ONCE = INVOCATIONS / TILE

export interface TransposedText {
  readonly problem: MapProblem
  readonly facts: DeviceFacts
  /** Which inputs go through tiles. */
  readonly staged: readonly boolean[]
  /** Numbers of the bound variables of outputs and inputs. */
  readonly targets: readonly number[]
  readonly sources: readonly number[]
  /** The word that holds the elements to the right; after it those down, and tiles to the right and down. */
  readonly size: number
  /** A function `places(around)`: the outputs, then the inputs. */
  readonly places: Places
  /** For each of them the word of the stride down; after it that to the right. */
  readonly steps: readonly number[]
  /** The text of each of the expressions' coordinates. */
  readonly coordinates: readonly string[]
  readonly scalar: (slot: number, dtype: DType) => string
}

/** Where a view is, so many down and to the right. */
function placeText({ steps }: TransposedText, view: number, down: string, right: string): string {
  const step = steps[view] as number
  return `u32(p.p${view} + i32(${down}) * ${integerText(step)} + i32(${right}) * ${integerText(step + 1)})`
}

/** Statements that fill the tile of one input; beyond the edge with what lies at it. */
function stageText(parts: TransposedText, input: number): string {
  const { problem, sources, size } = parts
  const view = problem.outputs.length + input
  const rows = Array.from({ length: TILE / ROWS_AT_ONCE }, (_, i) => i * ROWS_AT_ONCE)
  const down = `min(down + x, ${wordText(size + 1)} - 1u)`
  const loads = rows.map((row) => {
    const right = `min(right + y + ${row}u, ${wordText(size)} - 1u)`
    return `let s${input}_${row} = b${sources[input]}[${placeText(parts, view, down, right)}];`
  })
  const stores = rows.map((row) => `tile${input}[(y + ${row}u) * ${ROW}u + x] = s${input}_${row};`)
  return [...loads, ...stores].join('\n')
}

export function transposedText(parts: TransposedText): string {
  const { problem, facts, staged, targets, sources, size, places, coordinates, scalar } = parts
  const { outputs, inputs, expressions, leaves } = problem
  const evaluate = expressionFunction('evaluate', expressions, scalar)
  const slots = [...leaves.inputs.keys()]
  const tiled = inputs.flatMap((input, i) => (staged[i] ? [{ input, i }] : []))
  const value = evaluate.call(
    (slot, dtype) => {
      const i = slots.indexOf(slot)
      const direct = `b${sources[i]}[${placeText(parts, outputs.length + i, 'd', 'r')}]`
      return loadText(staged[i] ? `tile${i}[x * ${ROW}u + row]` : direct, dtype, facts)
    },
    (axis) => coordinates[leaves.axes.indexOf(axis)] as string,
  )
  const stores = targets.map((target, i) => {
    const stored = storeText(evaluate.result('e', i), (outputs[i] as Operand).dtype, facts)
    return `b${target}[${placeText(parts, i, 'd', 'r')}] = ${stored};`
  })
  const main = `let x = lane % ${TILE}u;
let y = lane / ${TILE}u;
let right = (group % ${wordText(size + 2)}) * ${TILE}u;
let above = group / ${wordText(size + 2)};
let down = (above % ${wordText(size + 3)}) * ${TILE}u;
let p = places(above / ${wordText(size + 3)});
${tiled.map(({ i }) => stageText(parts, i)).join('\n')}
workgroupBarrier();
let r = right + x;
if (r >= ${wordText(size)}) { return; }
for (var row = y; row < ${TILE}u && down + row < ${wordText(size + 1)}; row += ${ROWS_AT_ONCE}u) {
let d = down + row;
let e = ${value};
${stores.join('\n')}
}`
  return [
    ...evaluate.texts,
    ...tiled.map(
      ({ input, i }) => `var<workgroup> tile${i}: array<${storedType(input.dtype, facts)}, ${TILE * ROW}>;`,
    ),
    places.text(),
    mainText({ invocations: INVOCATIONS }, main),
  ].join('\n')
}
