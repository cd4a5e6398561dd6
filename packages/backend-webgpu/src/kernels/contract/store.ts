/**
 * Where sums go: mapped into the output, or as they are into scratch memory for a later dispatch. Each is a function in
 * the shader: `store_one(sum, batch, row, column)`, or `store_four` for the sums of four columns at once.
 */
import type { Buffer, DType } from '@nabla/backend'
import { type ExpressionFunction, expressionFunction } from '../../expression/function.js'
import { ROUND_TO_HALF } from '../../expression/functions/classes.js'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Scratch } from '../../plan/plan.js'
import { integerText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { addScalars, bindMemory } from '../memory.js'
import { HEAVIEST_IN_VECTORS } from '../vector.js'
import { accumulatorOf } from './accumulator.js'
import { addGroup, coordinateText, type GroupWords, offsetFunction } from './group.js'
import { elementType, type IsWide, singleText, storesFours } from './loading.js'
import type { Problem, Target, TargetView } from './problem.js'

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
}

const NAMES = ['batch', 'row', 'column'] as const

interface FinalWords {
  /** The output, then the inputs. */
  readonly views: readonly PlacedView[]
  readonly groups: Readonly<Record<(typeof NAMES)[number], GroupWords>>
  readonly scalar: (slot: number, dtype: DType) => string
}

function addWords(builder: DispatchBuilder, target: Target, facts: DeviceFacts, isWide: IsWide): FinalWords {
  const place = ({ buffer, dtype, offset }: TargetView, access: 'read' | 'read_write'): PlacedView => {
    const wide = isWide(buffer)
    const number = bindMemory(builder, buffer, elementType(dtype, facts, wide), access)
    return { buffer: number, offset: builder.integer(offset), dtype, wide }
  }
  return {
    views: [place(target.output, 'read_write'), ...target.inputs.map((view) => place(view, 'read'))],
    groups: {
      batch: addGroup(builder, target.batch),
      row: addGroup(builder, target.rows),
      column: addGroup(builder, target.columns),
    },
    scalar: addScalars(builder, target.leaves, target.scalars),
  }
}

/** The position in a view's buffer; each group's part is a function of its own, so that loops compute it outside. */
const positionText = (view: number, offset: number): string =>
  `u32(${integerText(offset)} + ${NAMES.map((name) => `target_${name}${view}(${name})`).join(' + ')})`

function coordinate({ groups }: FinalWords, axis: number): string {
  const texts = NAMES.map((name) => coordinateText(groups[name], axis, name))
  return texts.find((text) => text !== undefined) ?? '0i'
}

/** The sum in its own type: that of a float16 is rounded, that of an uint8 wraps. */
function sumText(dtype: DType): string {
  if (dtype === 'float16') return `${ROUND_TO_HALF.name}(total)`
  return dtype === 'uint8' ? '(total & 255u)' : 'total'
}

/** The mapped sum. */
function valueText(
  { slots }: Target,
  words: FinalWords,
  post: ExpressionFunction,
  facts: DeviceFacts,
): string {
  return post.call(
    (slot, dtype) => {
      const view = words.views[slots.indexOf(slot) + 1]
      if (slot === 0 || view === undefined) return 'sum'
      const position = positionText(slots.indexOf(slot) + 1, view.offset)
      return loadText(singleText(view.buffer, view.wide, position), dtype, facts)
    },
    (axis) => coordinate(words, axis),
  )
}

/** @param isHeavy whether the epilogue is so much text that it should be there once only */
function storeFunction(output: PlacedView, type: string, stored: string, isHeavy: boolean): string {
  const position = positionText(0, output.offset)
  if (!output.wide) {
    return `fn store_one(total: ${type}, batch: u32, row: u32, column: u32) {
  b${output.buffer}[${position}] = finish(total, batch, row, column);
}`
  }
  const each = [...'xyzw'].map((part, i) => `finish(sums.${part}, batch, row, column + ${i}u)`)
  const four = isHeavy
    ? `var four: vec4<${stored}>;
  for (var part = 0u; part < 4u; part++) { four[part] = finish(sums[part], batch, row, column + part); }`
    : `let four = vec4<${stored}>(${each.join(', ')});`
  return `fn store_four(sums: vec4<${type}>, batch: u32, row: u32, column: u32) {
  ${four}
  b${output.buffer}[${position} / 4u] = four;
}`
}

function finalText(target: Target, words: FinalWords, dtype: DType, facts: DeviceFacts): string {
  const type = accumulatorOf(dtype)
  const stored = storedType(target.output.dtype, facts)
  const post = target.post && expressionFunction('post', [target.post], words.scalar)
  const isHeavy = target.leaves.weight > HEAVIEST_IN_VECTORS
  const value = post === undefined ? 'sum' : valueText(target, words, post, facts)
  const texts = new Set(post?.texts)
  if (dtype === 'float16') texts.add(ROUND_TO_HALF.text)
  return [
    ...texts,
    ...words.views.flatMap((_, view) =>
      NAMES.map((name) => offsetFunction(`target_${name}${view}`, words.groups[name], view)),
    ),
    `fn finish(total: ${type}, batch: u32, row: u32, column: u32) -> ${stored} {
  let sum = ${sumText(dtype)};
  let value = ${value};
  return ${storeText('value', target.output.dtype, facts)};
}`,
    ...words.views.slice(0, 1).map((output) => storeFunction(output, type, stored, isHeavy)),
  ].join('\n')
}

/** Sums mapped by the post expression into the output. */
export function finalDestination({ target, dtype }: Problem, facts: DeviceFacts): Destination {
  return {
    buffer: target.output.buffer,
    takesFours: storesFours(target),
    add(builder, isWide) {
      const words = addWords(builder, target, facts, isWide)
      const buffers = words.views.map((view) => `${view.dtype}${view.buffer}`).join()
      const groups = NAMES.map((name) => words.groups[name])
      const axes = groups.map(({ axes, rank }) => (target.usesCoordinates ? axes.join('.') : rank)).join()
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
