/** One operand within a dispatch: its buffer, its uniform words, and the functions that find its elements. */
import type { DType } from '@nabla/backend'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { integerText } from '../../wgsl/module.js'
import { loadText } from '../../wgsl/types.js'
import { addGroup, type GroupWords, offsetFunction } from './group.js'
import { elementType, type IsWide, isVector, type Loading, loadFourText, singleText } from './loading.js'
import type { Operand } from './problem.js'

export interface Side {
  /** What its functions' and variables' names begin with. */
  readonly name: 'left' | 'right'
  readonly loading: Loading
  readonly dtype: DType
  readonly facts: DeviceFacts
  readonly buffer: number
  /** Whether the buffer is bound as vectors. */
  readonly wide: boolean
  readonly offset: number
  readonly batch: GroupWords
  readonly free: GroupWords
  readonly contracted: GroupWords
}

export function addSide(
  builder: DispatchBuilder,
  name: Side['name'],
  { view, batch, free, contracted }: Operand,
  loading: Loading,
  isWide: IsWide,
  facts: DeviceFacts,
): Side {
  const wide = isWide(view.buffer)
  return {
    name,
    wide,
    loading,
    facts,
    dtype: view.dtype,
    buffer: builder.buffer(view.buffer, elementType(view.dtype, facts, wide), 'read'),
    offset: builder.integer(view.offset),
    batch: addGroup(builder, batch),
    free: addGroup(builder, free),
    contracted: addGroup(builder, contracted),
  }
}

export function sideKey({ loading, buffer, batch, free, contracted }: Side): string {
  return `${loading} ${buffer} ${batch.rank},${free.rank},${contracted.rank}`
}

/** `NAME_batch`, `NAME_free` and `NAME_contracted`, which take an index to its part of an offset. */
export function sideFunctions({ name, batch, free, contracted }: Side): string {
  return [
    offsetFunction(`${name}_batch`, batch),
    offsetFunction(`${name}_free`, free),
    offsetFunction(`${name}_contracted`, contracted),
  ].join('\n')
}

/** Where the matrix of a batch index begins. */
export const baseText = ({ name, offset }: Side): string => `${integerText(offset)} + ${name}_batch(batch)`

/** What is stored at a position (i32), or the four from there on. */
export function storedText({ loading, buffer, wide }: Side, position: string): string {
  return isVector(loading)
    ? `b${buffer}[u32(${position}) / 4u]`
    : singleText(buffer, wide, `u32(${position})`)
}

/** The same as values. */
export function elementText(side: Side, position: string): string {
  const load = isVector(side.loading) ? loadFourText : loadText
  return load(storedText(side, position), side.dtype, side.facts)
}
