/**
 * Automatic differentiation: gradients of functions of tensors, of any order.
 */
export { type DetectAnomalyOptions, detectAnomaly } from './anomaly.js'
export { type CheckGradientsOptions, checkGradients, type GradientCheck } from './check-gradients.js'
export { checkpoint } from './checkpoint.js'
export { type CustomContext, type CustomCotangents, customGradient, stopGradient } from './custom.js'
export {
  type Auxiliary,
  type Differentiable,
  grad,
  type LossOf,
  type ValueAndGradient,
  type VariableGradients,
  valueAndGrad,
  variableGradients,
} from './gradient.js'
export {
  hessian,
  type JacobianOf,
  type JacobianVectorProduct,
  jacobian,
  jvp,
  type VectorJacobianProduct,
  vjp,
} from './products.js'
export type { TensorTree } from './tree.js'
