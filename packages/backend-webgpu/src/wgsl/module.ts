/**
 * The text that every shader begins with: its bindings `b0`, `b1` …, its uniform words, and which workgroup it is.
 *
 * Uniform words 0 to 3 are the module's own: how many workgroups there are, the bits of infinity and of a NaN (which a
 * compiler may not see through, as it may for constants), and the code under which a fault is reported.
 */
import type { Binding, Shader } from '../plan/plan.js'
import { HALF_FUNCTIONS } from './half.js'

/** The first uniform word that belongs to the kernel. */
export const FIRST_WORD = 4

/** A uniform word, as `u32`. */
export function wordText(word: number): string {
  return `u.words[${word >> 2}].${'xyzw'[word & 3]}`
}

export function integerText(word: number): string {
  return `bitcast<i32>(${wordText(word)})`
}

export function floatText(word: number): string {
  return `bitcast<f32>(${wordText(word)})`
}

/** Infinity and NaN, which WGSL has no literals for. */
export const INFINITY_TEXT: string = floatText(1)
export const NAN_TEXT: string = floatText(2)

/** A statement that reports `value` (u32) as a fault of this dispatch; only the first report is kept. */
export function reportFault(faults: number, value: string): string {
  return `if (atomicCompareExchangeWeak(&b${faults}[0], 0u, ${wordText(3)}).exchanged) { atomicStore(&b${faults}[1], ${value}); }`
}

function bindingText({ element, access }: Binding, number: number): string {
  return `@group(0) @binding(${number + 1}) var<storage, ${access}> b${number}: array<${element}>;`
}

/** The first line of an entry point; `group` is the workgroup's number and `lane` the invocation's within it. */
export function mainText({ invocations }: Pick<Shader, 'invocations'>, statements: string): string {
  return `@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_counts: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let group = group_id.y * group_counts.x + group_id.x;
  if (group >= ${wordText(0)}) { return; }
${statements}
}`
}

/** The whole text of a shader. */
export function moduleText(shader: Shader, bindings: readonly Binding[], words: number): string {
  const body = shader.body()
  return [
    bindings.some(({ element }) => element.includes('f16')) ? 'enable f16;' : '',
    body.includes('subgroupShuffle') ? 'enable subgroups;' : '',
    `struct Uniforms { words: array<vec4<u32>, ${Math.ceil(words / 4)}> }`,
    '@group(0) @binding(0) var<uniform> u: Uniforms;',
    ...bindings.map(bindingText),
    ...HALF_FUNCTIONS.filter(({ name }) => body.includes(`${name}(`)).map(({ text }) => text),
    body,
  ].join('\n')
}
