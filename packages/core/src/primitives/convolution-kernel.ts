/**
 * The convolution primitive transposed with respect to its kernel: windows of the input against the cotangent of the
 * output, summed over the batch and all positions. The gradient of a convolution's kernel.
 */
import { allocate, commonBackend } from '../engine/deliver.js'
import type { PrimitiveParameters } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'
import { kernelWindows, padSpatial, splitGroups } from './convolution-forward.js'

/** Kernel [...size, channels / groups, filters] of an input [n, h, w, channels] and a cotangent [n, i, j, filters]. */
export function convolveToKernel(
  operation: string,
  x: Tensor,
  cotangent: Tensor,
  parameters: PrimitiveParameters['convolutionKernel'],
): Tensor {
  const backend = commonBackend(operation, [x, cotangent])
  const { groups, size } = parameters
  const padded = padSpatial(operation, x, parameters.padding)
  const windows = kernelWindows(padded.view(operation), size, parameters)
  const shape = [...size, (x.shape[3] as number) / groups, cotangent.shape[3] as number]
  const { tensor, view } = allocate(operation, x.dtype, shape, [x, cotangent])
  backend.run({
    kind: 'contract',
    label: operation,
    batch: 1,
    rows: 3,
    columns: 1,
    contracted: 3,
    // windows [n, i, j, g, c, kh, kw] as [g | kh, kw, c | n, i, j]
    left: splitGroups(windows, 3, groups, [3, 5, 6, 4, 0, 1, 2]),
    // cotangent [n, i, j, g, f] as [g | n, i, j | f]
    right: splitGroups(cotangent.view(operation), 3, groups, [3, 0, 1, 2, 4]),
    scalars: [],
    // kernel [kh, kw, c, g, f] as [g | kh, kw, c | f]
    output: splitGroups(view, 3, groups, [3, 0, 1, 2, 4]),
  })
  if (padded !== x) padded.dispose()
  return tensor
}
