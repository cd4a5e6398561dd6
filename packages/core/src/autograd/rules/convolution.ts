/**
 * Gradients of convolution and of pooling. Convolution, its input gradient and its kernel gradient are three readings
 * of one trilinear form, so each is the gradient of another, to every order.
 */
import type { ConvolutionGeometry } from '../../engine/primitives.js'
import { convolution } from '../../primitives/convolution.js'
import { convolutionInput } from '../../primitives/convolution-input.js'
import { convolutionKernel } from '../../primitives/convolution-kernel.js'
import { poolSelect, poolSpread } from '../../primitives/pool.js'
import type { Tensor } from '../../tensor.js'
import { type GradientRule, inputAt } from './rule.js'

/** Height and width, from which axis they start: 1 in an input, 0 in a kernel. */
function spatialSize(x: Tensor, start: 0 | 1): [number, number] {
  return [x.shape[start] as number, x.shape[start + 1] as number]
}

function geometryOf({ strides, dilation, padding, groups }: ConvolutionGeometry): ConvolutionGeometry {
  return { strides, dilation, padding, groups }
}

export const convolutionRule: GradientRule<'convolution'> = ({
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

export const convolutionInputRule: GradientRule<'convolutionInput'> = (context) => {
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

export const convolutionKernelRule: GradientRule<'convolutionKernel'> = (context) => {
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

export const poolSelectRule: GradientRule<'poolSelect'> = ({
  operation,
  parameters,
  inputs,
  cotangent,
  needs,
}) => [
  undefined,
  needs(1)
    ? poolSpread(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry)
    : undefined,
]

export const poolSpreadRule: GradientRule<'poolSpread'> = ({
  operation,
  parameters,
  inputs,
  cotangent,
  needs,
}) => [
  undefined,
  needs(1)
    ? poolSelect(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry)
    : undefined,
]
