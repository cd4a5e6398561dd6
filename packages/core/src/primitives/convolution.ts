/**
 * Convolution and its two transposes as primitives, with their gradients: three readings of one trilinear form, so each
 * is the gradient of another, to every order. How each is computed stands in a file of its own.
 */
import { perform } from '../engine/batching.js'
import { type GradientRule, inputAt } from '../engine/gradient-rule.js'
import type { ConvolutionGeometry, PrimitiveParameters } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'
import { convolve } from './convolution-forward.js'
import { convolveToInput } from './convolution-input.js'
import { convolveToKernel } from './convolution-kernel.js'

/** Images [batch, rows, columns, filters] of images [batch, height, width, channels] and a kernel. */
export function convolution(
  operation: string,
  x: Tensor,
  kernel: Tensor,
  parameters: PrimitiveParameters['convolution'],
): Tensor {
  return perform(
    [x, kernel],
    () => ({ primitive: 'convolution', operation, parameters, inputs: [x, kernel], rule: convolutionRule }),
    () => convolve(operation, x, kernel, parameters),
  )
}

/** Transposed with respect to the input: images [batch, ...size, channels] of a cotangent and a kernel. */
export function convolutionInput(
  operation: string,
  cotangent: Tensor,
  kernel: Tensor,
  parameters: PrimitiveParameters['convolutionInput'],
): Tensor {
  return perform(
    [cotangent, kernel],
    () => ({
      primitive: 'convolutionInput',
      operation,
      parameters,
      inputs: [cotangent, kernel],
      rule: convolutionInputRule,
    }),
    () => convolveToInput(operation, cotangent, kernel, parameters),
  )
}

/** Transposed with respect to the kernel: [...size, channels / groups, filters] of images and a cotangent. */
export function convolutionKernel(
  operation: string,
  x: Tensor,
  cotangent: Tensor,
  parameters: PrimitiveParameters['convolutionKernel'],
): Tensor {
  return perform(
    [x, cotangent],
    () => ({
      primitive: 'convolutionKernel',
      operation,
      parameters,
      inputs: [x, cotangent],
      rule: convolutionKernelRule,
    }),
    () => convolveToKernel(operation, x, cotangent, parameters),
  )
}

/** Height and width, from which axis they start: 1 in an input, 0 in a kernel. */
function spatialSize(x: Tensor, start: 0 | 1): [number, number] {
  return [x.shape[start] as number, x.shape[start + 1] as number]
}

function geometryOf({ strides, dilation, padding, groups }: ConvolutionGeometry): ConvolutionGeometry {
  return { strides, dilation, padding, groups }
}

const convolutionRule: GradientRule<'convolution'> = ({
  operation,
  parameters,
  inputs,
  cotangent,
  needs,
}) => {
  const x = inputAt(inputs, 0)
  const kernel = inputAt(inputs, 1)
  const toInput = { ...parameters, size: spatialSize(x, 1) }
  const toKernel = { ...parameters, size: spatialSize(kernel, 0) }
  return [
    needs(0) ? convolutionInput(`${operation} input gradient`, cotangent, kernel, toInput) : undefined,
    needs(1) ? convolutionKernel(`${operation} kernel gradient`, x, cotangent, toKernel) : undefined,
  ]
}

const convolutionInputRule: GradientRule<'convolutionInput'> = (context) => {
  const { operation, parameters, inputs, cotangent, needs } = context
  const y = inputAt(inputs, 0)
  const kernel = inputAt(inputs, 1)
  const geometry = geometryOf(parameters)
  const toKernel = { ...geometry, size: spatialSize(kernel, 0) }
  return [
    needs(0) ? convolution(`${operation} gradient`, cotangent, kernel, geometry) : undefined,
    needs(1) ? convolutionKernel(`${operation} kernel gradient`, cotangent, y, toKernel) : undefined,
  ]
}

const convolutionKernelRule: GradientRule<'convolutionKernel'> = (context) => {
  const { operation, parameters, inputs, cotangent, needs } = context
  const x = inputAt(inputs, 0)
  const y = inputAt(inputs, 1)
  const geometry = geometryOf(parameters)
  const toInput = { ...geometry, size: spatialSize(x, 1) }
  return [
    needs(0) ? convolutionInput(`${operation} input gradient`, y, cotangent, toInput) : undefined,
    needs(1) ? convolution(`${operation} gradient`, x, cotangent, geometry) : undefined,
  ]
}
