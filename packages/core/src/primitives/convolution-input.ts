/**
 * The convolution primitive transposed with respect to its input: the gradient of a convolution's input, and what is
 * called transposed convolution. One contraction per residue class of the strides, each written straight into its
 * place.
 */
import { sliceLayout, type View, windowLayout } from '@nabla/backend'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { PrimitiveParameters } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'
import { padSpatial, relayout, splitGroups } from './convolution-forward.js'
import { type Phase, phasePadding, phasesOf } from './convolution-phases.js'
import { fillView } from './copy.js'

type Parameters = PrimitiveParameters['convolutionInput']
type PhasePair = readonly [Phase, Phase]

function spatialPhases(kernel: Tensor, { size, strides, dilation, padding }: Parameters): [Phase[], Phase[]] {
  const along = (axis: 0 | 1): Phase[] =>
    phasesOf({
      length: size[axis],
      size: kernel.shape[axis] as number,
      stride: strides[axis],
      dilation: dilation[axis],
      before: padding[axis][0],
    })
  return [along(0), along(1)]
}

/** The input's positions of one phase. */
function targetView(view: View, phases: PhasePair, strides: readonly [number, number]): View {
  return phases.reduce(
    (target, { start, count }, axis) =>
      relayout(target, (layout) => sliceLayout(layout, axis + 1, start, count, strides[axis as 0 | 1])),
    view,
  )
}

/** Windows [n, i, j, f, kh, kw] of the padded cotangent that one phase sees. */
function sourceView(view: View, phases: PhasePair, before: readonly [number, number]): View {
  const part = phases.reduce((source, { first, count, taps, dilation }, axis) => {
    const start = first + before[axis as 0 | 1]
    return relayout(source, (layout) =>
      sliceLayout(layout, axis + 1, start, count + (taps - 1) * dilation, 1),
    )
  }, view)
  const windows = phases.map(({ taps, dilation }, axis) => ({ axis: axis + 1, size: taps, dilation }))
  return relayout(part, (layout) => windowLayout(layout, windows))
}

/** The part of the kernel that reaches one phase, turned by half a turn. */
function tapView(view: View, phases: PhasePair): View {
  return phases.reduce(
    (part, { tap, taps, tapStep }, axis) =>
      relayout(part, (layout) => sliceLayout(layout, axis, tap, taps, tapStep)),
    view,
  )
}

/**
 * Input [batch, ...size, channels] of a cotangent [batch, rows, columns, filters] and a kernel
 * [height, width, channels / groups, filters].
 */
export function convolveToInput(
  operation: string,
  cotangent: Tensor,
  kernel: Tensor,
  parameters: Parameters,
): Tensor {
  const backend = commonBackend(operation, [cotangent, kernel])
  const { groups, size, strides } = parameters
  const [batch = 0, rows = 0, columns = 0] = cotangent.shape
  const shape = [batch, ...size, (kernel.shape[2] as number) * groups]
  const { tensor, view } = allocate(operation, cotangent.dtype, shape, [cotangent, kernel])
  const [vertical, horizontal] = spatialPhases(kernel, parameters)
  const padding = [phasePadding(vertical, rows), phasePadding(horizontal, columns)] as const
  const padded = padSpatial(operation, cotangent, padding)
  const source = padded.view(operation)
  const taps = kernel.view(operation)
  for (const phases of vertical.flatMap((down) => horizontal.map((across) => [down, across] as const))) {
    const target = targetView(view, phases, strides)
    if (phases.some((phase) => phase.taps === 0)) {
      fillView(cotangent, operation, target, 0)
      continue
    }
    backend.run({
      kind: 'contract',
      label: operation,
      batch: 1,
      rows: 3,
      columns: 1,
      contracted: 3,
      // windows [n, i, j, g, f, kh, kw] as [g | n, i, j | kh, kw, f]
      left: splitGroups(
        sourceView(source, phases, [padding[0][0], padding[1][0]]),
        3,
        groups,
        [3, 0, 1, 2, 5, 6, 4],
      ),
      // kernel [kh, kw, c, g, f] as [g | kh, kw, f | c]
      right: splitGroups(tapView(taps, phases), 3, groups, [3, 0, 1, 4, 2]),
      scalars: [],
      // input [n, i, j, g, c] as [g | n, i, j | c]
      output: splitGroups(target, 3, groups, [3, 0, 1, 2, 4]),
    })
  }
  if (padded !== cotangent) padded.dispose()
  return tensor
}
