/**
 * Groups of axes as one index: axes of length 1 go, and neighbours that every view can step through as one are merged, so
 * most groups have one axis and their offsets cost one multiplication.
 */
import type { Layout } from '@nabla/backend'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import { integerText, wordText } from '../../wgsl/module.js'

export interface Group {
  readonly size: number
  /** Lengths of what is left of the axes, outermost first. */
  readonly lengths: readonly number[]
  /** `strides[view][axis]`. */
  readonly strides: readonly (readonly number[])[]
  /** Which axes of the views they are; of merged ones the innermost. */
  readonly axes: readonly number[]
}

function merges(layouts: readonly Layout[], outer: number, inner: number, innerLength: number): boolean {
  return layouts.every(({ strides }) => strides[outer] === (strides[inner] as number) * innerLength)
}

/** `count` axes from `first` on, of views that have the same lengths there. */
export function groupOf(layouts: readonly Layout[], first: number, count: number, merge = true): Group {
  const shape = layouts[0]?.shape ?? []
  const lengths: number[] = []
  const axes: number[] = []
  let size = 1
  for (let axis = first; axis < first + count; axis++) {
    const length = shape[axis] as number
    size *= length
    if (length === 1) continue
    const last = axes.length - 1
    if (merge && last >= 0 && merges(layouts, axes[last] as number, axis, length)) {
      axes[last] = axis
      lengths[last] = (lengths[last] as number) * length
    } else {
      axes.push(axis)
      lengths.push(length)
    }
  }
  return {
    size,
    lengths,
    axes,
    strides: layouts.map(({ strides }) => axes.map((axis) => strides[axis] as number)),
  }
}

/** A group whose numbers are uniform words. */
export interface GroupWords {
  readonly rank: number
  readonly axes: readonly number[]
  /** The word of the second axis' length; the first one's isn't needed. */
  readonly lengths: number
  /** Of each view the word of the first axis' stride. */
  readonly strides: readonly number[]
}

export function addGroup(builder: DispatchBuilder, { lengths, strides, axes }: Group): GroupWords {
  return {
    rank: axes.length,
    axes,
    lengths: builder.integers(lengths.slice(1)),
    strides: strides.map((own) => builder.integers(own)),
  }
}

const lengthText = ({ lengths }: GroupWords, axis: number): string => wordText(lengths + axis - 1)

/** The function `name(index: u32) -> i32`: how far a position of the group is from its first one in a view. */
export function offsetFunction(name: string, words: GroupWords, view = 0): string {
  const { rank } = words
  const stride = (axis: number): string => integerText((words.strides[view] as number) + axis)
  if (rank === 0) return `fn ${name}(index: u32) -> i32 { return 0; }`
  if (rank === 1) return `fn ${name}(index: u32) -> i32 { return i32(index) * ${stride(0)}; }`
  const steps: string[] = []
  for (let axis = rank - 1; axis > 0; axis--) {
    const length = lengthText(words, axis)
    steps.push(`  offset += i32(rest % ${length}) * ${stride(axis)};`, `  rest /= ${length};`)
  }
  return [
    `fn ${name}(index: u32) -> i32 {`,
    '  var rest = index;',
    '  var offset = 0;',
    ...steps,
    `  return offset + i32(rest) * ${stride(0)};`,
    '}',
  ].join('\n')
}

/** The coordinate (i32) along an axis of the views, where axes weren't merged; `undefined` where it isn't in the group. */
export function coordinateText(words: GroupWords, axis: number, index: string): string | undefined {
  const place = words.axes.indexOf(axis)
  if (place < 0) return undefined
  let text = index
  for (let inner = words.rank - 1; inner > place; inner--) text = `(${text} / ${lengthText(words, inner)})`
  return place === 0 ? `i32(${text})` : `i32(${text} % ${lengthText(words, place)})`
}
