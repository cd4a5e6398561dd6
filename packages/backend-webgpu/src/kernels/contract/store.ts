/**
 * Where sums go: mapped into the output, or as they are into scratch memory for a later dispatch. Each is a function in
 * the shader: `store_one(sum, batch, row, column)`, or `store_four` for the sums of four columns at once.
 */
import { type Buffer, type DType, type Expr, type ScalarExpr, topologicalOrder } from '@nabla/backend'
import { emitExpressions, inputsOf } from '../../expression/emit.js'
import { ROUND_TO_HALF } from '../../expression/functions/classes.js'
import { collect } from '../../expression/functions/wgsl-function.js'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Scratch } from '../../plan/plan.js'
import { integerText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { accumulatorOf } from './accumulator.js'
import { addGroup, coordinateText, type GroupWords, offsetFunction } from './group.js'
import { elementType, type IsWide, singleText, storesFours } from './loading.js'
import type { InputView, Problem, Target } from './problem.js'
import { fromWordText } from './words.js'

/** Part of a dispatch: its place in the key, and its functions. */
export interface Store {
  readonly key: string
  readonly text: () => string
}

/** What a product's kernel must know of where its sums go. */
export interface Destination {
  /** The output's buffer, if they go straight into it. */
  readonly buffer: Buffer | undefined
  /** Whether it can take four columns at once. */
  readonly takesFours: boolean
  /** Adds it to a dispatch; `fours` says which function is called. */
  readonly add: (builder: DispatchBuilder, isWide: IsWide, fours: boolean) => Store
}

interface PlacedView {
  readonly buffer: number
  readonly offset: number
  readonly dtype: DType
  readonly wide: boolean
  /** Whether it is in scratch memory. */
  readonly staged: boolean
}

interface FinalWords {
  readonly views: readonly PlacedView[]
  readonly groups: { readonly [name in 'batch' | 'row' | 'column']: GroupWords }
  readonly scalars: ReadonlyMap<ScalarExpr, number>
}

const scalarsOf = (post: Expr | undefined): ScalarExpr[] =>
  post === undefined ? [] : topologicalOrder([post]).filter((node) => node.kind === 'scalar')

function addWords(builder: DispatchBuilder, target: Target, facts: DeviceFacts, isWide: IsWide): FinalWords {
  const { output, inputs, post } = target
  const place = ({ buffer, dtype, offset }: InputView, access: 'read' | 'read_write'): PlacedView => {
    const staged = 'kind' in buffer
    const wide = !staged && isWide(buffer)
    const number = staged
      ? builder.scratch(buffer, 'u32', access)
      : builder.buffer(buffer, elementType(dtype, facts, wide), access)
    return { buffer: number, offset: builder.integer(offset), dtype, wide, staged }
  }
  return {
    views: [place(output, 'read_write'), ...inputs.map((view) => place(view, 'read'))],
    groups: {
      batch: addGroup(builder, target.batch),
      row: addGroup(builder, target.rows),
      column: addGroup(builder, target.columns),
    },
    scalars: new Map(
      scalarsOf(post).map((node) => [node, builder.scalar(target.scalars[node.slot] ?? 0, node.dtype)]),
    ),
  }
}

const NAMES = ['batch', 'row', 'column'] as const

/** The position in a view's buffer; each group's part is a function of its own, so that loops compute it outside. */
const positionText = (view: number, offset: number): string =>
  `u32(${integerText(offset)} + ${NAMES.map((name) => `target_${name}${view}(${name})`).join(' + ')})`

function coordinate({ groups }: FinalWords, axis: number): string {
  const texts = NAMES.map((name) => coordinateText(groups[name], axis, name))
  return texts.find((text) => text !== undefined) ?? '0i'
}

/** The body of `finish`: the sum in its type, mapped, as it is stored. */
function finishBody(target: Target, words: FinalWords, dtype: DType, facts: DeviceFacts, texts: Set<string>) {
  if (dtype === 'float16') collect(ROUND_TO_HALF, texts)
  const sum = dtype === 'float16' ? 'round_to_half(total)' : dtype === 'uint8' ? '(total & 255u)' : 'total'
  const opening = `  let sum = ${sum};`
  if (target.post === undefined) return `${opening}\n  return ${storeText('sum', dtype, facts)};`
  const byKey = new Map([...words.scalars].map(([node, word]) => [`${node.slot}:${node.dtype}`, word]))
  const loads = [...inputsOf([target.post])].flatMap(([slot, type]) => {
    const view = words.views[slot]
    if (slot === 0 || view === undefined) return []
    const element = singleText(view.buffer, view.wide, positionText(slot, view.offset))
    const value = view.staged ? fromWordText(element, type) : loadText(element, type, facts)
    return `  let input${slot} = ${value};`
  })
  const { statements, results, functions } = emitExpressions(
    [target.post],
    {
      input: (slot) => (slot === 0 ? 'sum' : `input${slot}`),
      scalar: (slot, type) => fromWordText(wordText(byKey.get(`${slot}:${type}`) ?? 0), type),
      index: (axis) => coordinate(words, axis),
    },
    'post',
  )
  for (const text of functions) texts.add(text)
  const result = storeText(results[0] ?? 'sum', target.output.dtype, facts)
  return [opening, ...loads, statements, `  return ${result};`].join('\n')
}

function finalText(target: Target, words: FinalWords, dtype: DType, facts: DeviceFacts): string {
  const texts = new Set<string>()
  const body = finishBody(target, words, dtype, facts, texts)
  const type = accumulatorOf(dtype)
  const stored = storedType(target.output.dtype, facts)
  const [output] = words.views
  const position = positionText(0, output?.offset ?? 0)
  const each = [...'xyzw'].map((part, i) => `finish(sums.${part}, batch, row, column + ${i}u)`)
  const store = output?.wide
    ? `fn store_four(sums: vec4<${type}>, batch: u32, row: u32, column: u32) {
  b${output.buffer}[${position} / 4u] = vec4<${stored}>(${each.join(', ')});
}`
    : `fn store_one(total: ${type}, batch: u32, row: u32, column: u32) {
  b${output?.buffer}[${position}] = finish(total, batch, row, column);
}`
  return [
    ...texts,
    ...words.views.flatMap((_, view) =>
      NAMES.map((name) => offsetFunction(`target_${name}${view}`, words.groups[name], view)),
    ),
    `fn finish(total: ${type}, batch: u32, row: u32, column: u32) -> ${stored} {\n${body}\n}`,
    store,
  ].join('\n')
}

/** Sums mapped by the post expression into the output. */
export function finalDestination({ target, dtype }: Problem, facts: DeviceFacts): Destination {
  return {
    buffer: target.output.buffer,
    takesFours: storesFours(target),
    add(builder, isWide) {
      const words = addWords(builder, target, facts, isWide)
      const buffers = words.views.map((view) => `${view.dtype}${view.buffer}${view.staged ? 's' : ''}`).join()
      const groups = NAMES.map((name) => words.groups[name])
      const axes = groups.map((group) => (target.usesCoordinates ? group.axes.join('.') : group.rank)).join()
      return {
        key: `final ${buffers} ${axes} ${target.post?.id ?? ''}`,
        text: () => finalText(target, words, dtype, facts),
      }
    },
  }
}

/** Sums as they are, in row-major order of [slice, batch, row, column]; `batch` counts slices too. */
export function partialDestination({ dtype, rows, columns }: Problem, scratch: Scratch): Destination {
  const type = accumulatorOf(dtype)
  return {
    buffer: undefined,
    takesFours: columns % 4 === 0,
    add(builder, _, fours) {
      const buffer = builder.scratch(scratch, fours ? `vec4<${type}>` : type, 'read_write')
      const sizes = builder.integers([rows, columns])
      const position = `((batch * ${wordText(sizes)} + row) * ${wordText(sizes + 1)} + column)`
      const text = fours
        ? `fn store_four(sums: vec4<${type}>, batch: u32, row: u32, column: u32) { b${buffer}[${position} / 4u] = sums; }`
        : `fn store_one(sum: ${type}, batch: u32, row: u32, column: u32) { b${buffer}[${position}] = sum; }`
      return { key: `partial ${buffer}`, text: () => text }
    },
  }
}
