/** Uniform words of a dispatch, where the shader's module expects them; see wgsl/module.ts. */
import type { Dispatch } from '../plan/plan.js'
import { FIRST_WORD } from '../wgsl/module.js'

const INFINITY_BITS = 0x7f800000
const NAN_BITS = 0x7fc00000

/** Writes the words of a dispatch. @param code under which it reports faults */
export function writeWords(into: Uint32Array, at: number, { groups, words }: Dispatch, code: number): void {
  into[at] = groups
  into[at + 1] = INFINITY_BITS
  into[at + 2] = NAN_BITS
  into[at + 3] = code
  for (let word = 0; word < words.length; word++) into[at + FIRST_WORD + word] = words[word] as number
}

/** Workgroups in two dimensions, as few more than `groups` as can be where one dimension has at most `most`. */
export function foldGroups(groups: number, most: number): readonly [number, number] {
  const rows = Math.ceil(groups / most)
  return [Math.ceil(groups / rows), rows]
}
