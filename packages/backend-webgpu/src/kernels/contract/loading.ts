/**
 * How a kernel reads its operands: by single elements or by fours, and along which index neighbouring invocations run. What
 * is contiguous decides, so that loads coalesce.
 */
import type { Buffer, DType } from '@nabla/backend'
import type { DeviceFacts } from '../../plan/plan.js'
import { loadText, storedType } from '../../wgsl/types.js'
import type { Memory } from '../memory.js'
import type { Group } from './group.js'
import type { Target } from './problem.js'

/** Fours along the free index, fours along the contracted one, or single elements with neighbours along either. */
export type Loading = 'vectorFree' | 'vectorContracted' | 'scalarFree' | 'scalarContracted'

export const isVector = (loading: Loading): boolean =>
  loading === 'vectorFree' || loading === 'vectorContracted'

/** Whether neighbouring invocations read along the free index. */
export const runsAlongFree = (loading: Loading): boolean =>
  loading === 'vectorFree' || loading === 'scalarFree'

/** The same order by single elements. */
export function scalarOf(loading: Loading): Loading {
  return runsAlongFree(loading) ? 'scalarFree' : 'scalarContracted'
}

const innermost = ({ strides: [own] }: Group): number => own?.at(-1) ?? 0

/** Whether all strides of the first view are multiples of 4, but for the last `skipped` ones. */
function hasFours({ strides: [own = []] }: Group, skipped = 0): boolean {
  for (let axis = 0; axis < own.length - skipped; axis++) if ((own[axis] as number) % 4 !== 0) return false
  return true
}

/** Whether fours along `along` are aligned and whole: the rest of the address is a multiple of 4. */
function isAligned(offset: number, along: Group, one: Group, other: Group): boolean {
  if (offset % 4 !== 0 || innermost(along) !== 1 || (along.lengths.at(-1) as number) % 4 !== 0) return false
  return hasFours(along, 1) && hasFours(one) && hasFours(other)
}

/** The best loading of a view that has its buffer to itself. */
export function loadingOf(offset: number, batch: Group, free: Group, contracted: Group): Loading {
  if (isAligned(offset, free, batch, contracted)) return 'vectorFree'
  if (isAligned(offset, contracted, batch, free)) return 'vectorContracted'
  const alongFree = Math.abs(innermost(free))
  const alongContracted = Math.abs(innermost(contracted))
  return alongFree !== 0 && (alongContracted === 0 || alongFree <= alongContracted)
    ? 'scalarFree'
    : 'scalarContracted'
}

/** Whether the output takes fours of neighbouring columns. */
export function storesFours({ output, batch, rows, columns }: Target): boolean {
  return isAligned(output.offset, columns, batch, rows)
}

/** Whether the output's rows are what is contiguous in it, so that it wants its sides exchanged. */
export function prefersTransposed({ rows, columns }: Target): boolean {
  const [alongRows, alongColumns] = [Math.abs(innermost(rows)), Math.abs(innermost(columns))]
  return alongRows !== 0 && (alongColumns === 0 || alongRows < alongColumns)
}

/** Which buffers a shader has as vectors of four. */
export type IsWide = (memory: Memory) => boolean

export const NONE_WIDE: IsWide = () => false

/**
 * A buffer is bound once for all its views: as vectors where one view goes by fours, and then others read components. But
 * no component is written alone, since the language lets that write the whole vector.
 */
export function wideBuffers(byFours: readonly Buffer[], writtenSingly: Buffer | undefined): IsWide {
  const wide = new Set<Memory>(byFours)
  if (writtenSingly !== undefined) wide.delete(writtenSingly)
  return (memory) => wide.has(memory)
}

/** One element of a buffer, by a position (u32). */
export function singleText(buffer: number, wide: boolean, position: string): string {
  return wide ? `b${buffer}[(${position}) / 4u][(${position}) % 4u]` : `b${buffer}[${position}]`
}

/** The type of a buffer's elements, single or by fours. */
export function elementType(dtype: DType, facts: DeviceFacts, wide: boolean): string {
  const stored = storedType(dtype, facts)
  return wide ? `vec4<${stored}>` : stored
}

/** Four stored elements as values. */
export function loadFourText(element: string, dtype: DType, facts: DeviceFacts): string {
  if (dtype !== 'float16') return element
  if (facts.float16) return `vec4<f32>(${element})`
  return `four_from_bits(${element})`
}

/** What `loadFourText` calls where there is no `f16`. */
export function loadFunctions(dtype: DType, facts: DeviceFacts): readonly string[] {
  if (dtype !== 'float16' || facts.float16) return []
  const parts = [...'xyzw'].map((part) => loadText(`bits.${part}`, dtype, facts))
  return [`fn four_from_bits(bits: vec4<u32>) -> vec4<f32> { return vec4<f32>(${parts.join(', ')}); }`]
}
