/** How axis kernels are spread over the device: invocations of a workgroup, and shaders of one invocation per position. */
import type { DeviceFacts } from '../../plan/plan.js'
import { mainText, wordText } from '../../wgsl/module.js'

/** Invocations of a workgroup: 256 wherever they fit; a power of two. */
export function lanesOf({ maximumInvocations }: Pick<DeviceFacts, 'maximumInvocations'>): number {
  return maximumInvocations >= 256 ? 256 : 128
}

/** Workgroups for one invocation per position. */
export function groupsFor(positions: number, lanes: number): number {
  return Math.ceil(positions / lanes)
}

/** An entry point of one invocation per position `i`, as many as the uniform word `count` says. */
export function threadMain(lanes: number, count: number, statements: string): string {
  return mainText(
    { invocations: lanes },
    `let i = group * ${lanes}u + lane;\nif (i >= ${wordText(count)}) { return; }\n${statements}`,
  )
}

/** Names for uniform words from `first` on. */
export function nameWords(names: readonly string[], first: number): string {
  return names.map((name, position) => `let ${name} = ${wordText(first + position)};`).join(' ')
}
