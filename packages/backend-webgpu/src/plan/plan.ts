/**
 * What a kernel call becomes on WebGPU: dispatches of compute shaders over buffers, as plain data. Planning touches no
 * device, so it is tested without one; `queue/` turns plans into commands.
 */
import type { Buffer, DType, KernelCall, NablaError, ProgramScalar } from '@nabla/backend'

/** What planning may know of the device. */
export interface DeviceFacts {
  /** Invocations in a workgroup, at most; at least 128 anywhere, 256 by the specification's defaults. */
  readonly maximumInvocations: number
  /** Bytes of memory that a workgroup shares; 16,384 by default. */
  readonly workgroupBytes: number
  /** Storage buffers in one shader; 8 by default. */
  readonly maximumStorageBuffers: number
  /** Workgroups along one dimension of a dispatch; 65,535 by default. */
  readonly maximumGroups: number
  /** Whether shaders may use `f16` (and float16 is stored in two bytes). */
  readonly float16: boolean
  /** Smallest and largest size of a subgroup; `undefined` where there are none. */
  readonly subgroups: { readonly smallest: number; readonly largest: number } | undefined
  /** For tables of tile sizes: a software rasterizer, a small GPU, or a big one. */
  readonly strength: 'software' | 'modest' | 'strong'
}

/** A call to plan: over buffers, with scalars known or given at each run. */
export type PlannedCall = KernelCall<Buffer, ProgramScalar>

/** Memory of the plan's own, in 32-bit words, without contents at the start. */
export interface Scratch {
  readonly kind: 'scratch'
  readonly words: number
}

/** Where bad indices are reported: two words, `array<atomic<u32>>`. */
export interface Faults {
  readonly kind: 'faults'
}

export type Place = { readonly kind: 'buffer'; readonly buffer: Buffer } | Scratch | Faults

/** One storage buffer of a dispatch: `var<storage, access> b0: array<element>`, whole, from its start. */
export interface Binding {
  readonly place: Place
  /** The type of an element in the shader, e.g. `f32` or `vec4<f32>`. */
  readonly element: string
  readonly access: 'read' | 'read_write'
}

/** A scalar among the uniform words that is given at each run. */
export interface ScalarWord {
  readonly word: number
  readonly slot: number
  readonly dtype: DType
}

export interface Shader {
  /** With the bindings' types and accesses, this decides the text. */
  readonly key: string
  /** WGSL without the declarations that `wgsl/module.ts` puts before it. Its entry point is `main`. Called once a key. */
  readonly body: () => string
  /** Invocations of a workgroup along x; a planner that wants two dimensions divides. */
  readonly invocations: number
}

export interface Dispatch {
  /** For errors and profiles: the operation and its shapes, e.g. `sigmoid [128, 10]`. */
  readonly label: string
  readonly shader: Shader
  readonly bindings: readonly Binding[]
  /** Uniform words from `FIRST_WORD` on, as bits. */
  readonly words: readonly number[]
  readonly scalars: readonly ScalarWord[]
  /** Workgroups in all; folded into two dimensions where they are many. */
  readonly groups: number
  /** What to throw when the shader reported a fault with `value`. */
  readonly fault?: (value: number) => NablaError
}

/** What a call becomes: dispatches in order, each seeing what those before it wrote. */
export type KernelPlan = readonly Dispatch[]

/** Makes the plan of one kind of call. */
export type Planner<C> = (call: C, facts: DeviceFacts) => KernelPlan
