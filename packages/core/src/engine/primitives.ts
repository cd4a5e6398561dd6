/**
 * Primitives: the closed set of differentiable steps that all tensor operations are made of, each with its parameters
 * as plain data. Rules over it (gradients, batching) are exhaustive by type: a primitive without a rule does not compile.
 */
import type {
  CompositeName,
  Expr,
  PoolGeometry,
  ProgramScalar,
  ReduceOperation,
  ScanOperation,
  ScatterOperation,
  Shape,
  WindowAxis,
} from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { GradientRule } from './gradient-rule.js'

/** `length` elements of an axis from `start` by `step` (which may be negative). */
export interface AxisRange {
  readonly start: number
  readonly length: number
  readonly step: number
}

/** A gradient written by hand: the cotangents of the inputs from the cotangent of the output. */
export type CustomRule = (
  cotangent: Tensor,
  inputs: readonly Tensor[],
  output: Tensor,
) => readonly (Tensor | undefined)[]

export interface PrimitiveParameters {
  /** Elementwise; inputs broadcast to the output's shape. */
  map: { readonly expression: Expr; readonly scalars: readonly ProgramScalar[] }
  /** Keeps the reduced axes with length 1. */
  reduce: { readonly operation: ReduceOperation; readonly axes: readonly number[] }
  /** The sum of an expression of the inputs, which broadcast to `shape`, over axes that the output keeps or not. */
  sumMapped: {
    readonly expression: Expr
    readonly scalars: readonly ProgramScalar[]
    readonly shape: Shape
    readonly axes: readonly number[]
    readonly keepdims: boolean
  }
  /**
   * Two operands with a label per axis. A label in both operands and not in the output is contracted; one in all three
   * is a batch axis. Every label of an operand stands in the output or in the other operand.
   */
  contract: {
    readonly left: readonly number[]
    readonly right: readonly number[]
    readonly output: readonly number[]
  }
  reshape: { readonly shape: Shape }
  permute: { readonly order: readonly number[] }
  broadcast: { readonly shape: Shape }
  slice: { readonly ranges: readonly AxisRange[] }
  /** `fill` everywhere in `shape`, except for the ranges, which hold the input: padding, and the reverse of slice. */
  embed: { readonly shape: Shape; readonly ranges: readonly AxisRange[]; readonly fill: number }
  concatenate: { readonly axis: number }
  /** Sliding windows as a view, window axes last. */
  window: { readonly windows: readonly WindowAxis[] }
  /** The reverse of window: overlapping windows summed into `shape`. */
  fold: { readonly shape: Shape; readonly windows: readonly WindowAxis[] }
  /** [batch, height, width, channels] with a kernel [height, width, channels / groups, filters]. */
  convolution: ConvolutionGeometry
  /** Transposed with respect to the input, whose height and width are `size`: cotangent and kernel to input. */
  convolutionInput: ConvolutionGeometry & { readonly size: readonly [number, number] }
  /** Transposed with respect to the kernel, whose height and width are `size`: input and cotangent to kernel. */
  convolutionKernel: ConvolutionGeometry & { readonly size: readonly [number, number] }
  poolSelect: { readonly geometry: PoolGeometry }
  poolSpread: { readonly geometry: PoolGeometry }
  scan: {
    readonly operation: ScanOperation
    readonly axis: number
    readonly reverse: boolean
    readonly exclusive: boolean
  }
  /** Inputs: data, indices (int32, of the output's shape or repeated to it). */
  gather: { readonly axis: number }
  /** Inputs: initial values, indices (int32), updates. */
  scatter: { readonly operation: ScatterOperation; readonly axis: number }
  /** The sorted values. Inputs: data, and where each value came from (int32). */
  sort: { readonly axis: number; readonly descending: boolean }
  composite: { readonly name: CompositeName; readonly axis: number }
  custom: { readonly rule: CustomRule }
}

export interface ConvolutionGeometry {
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly groups: number
}

export type Primitive = keyof PrimitiveParameters

/**
 * Primitives whose gradient rule stands beside them and comes with their nodes, so that only programs that use them
 * carry it. The rules of all others, which rules and cotangents themselves are made of, are in one table
 * (autograd/rules).
 */
export type SelfRuled =
  | 'window'
  | 'fold'
  | 'convolution'
  | 'convolutionInput'
  | 'convolutionKernel'
  | 'poolSelect'
  | 'poolSpread'
  | 'scan'
  | 'gather'
  | 'scatter'
  | 'sort'
  | 'composite'

/** One recorded step: which primitive made `output` from `inputs`. */
export type GraphNode = { [P in Primitive]: GraphNodeOf<P> }[Primitive] | LeafNode

export interface StepOf<P extends Primitive> {
  readonly primitive: P
  readonly operation: string
  readonly parameters: PrimitiveParameters[P]
  readonly inputs: readonly Tensor[]
  readonly rule?: GradientRule<P>
  /** Grows in the order of recording; set when the node is put on its output. */
  serial?: number
}

/** A step of one primitive, with its gradient rule where that comes with it. */
export type GraphNodeOf<P extends Primitive> = P extends SelfRuled
  ? StepOf<P> & { readonly rule: GradientRule<P> }
  : StepOf<P>

/** A tensor that gradients are taken with respect to. */
export interface LeafNode {
  readonly primitive: 'leaf'
  readonly operation: string
  readonly inputs: readonly []
  serial?: number
}
