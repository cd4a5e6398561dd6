/**
 * Initializers: what weights start as. Named or as plain data, so that they are saved with the model.
 */
import {
  full,
  normal,
  type Shape,
  type Tensor,
  type TensorOptions,
  truncatedNormal,
  uniform,
  ValueError,
} from '@nabla/core'

export type Initializer = (shape: Shape, options?: TensorOptions) => Tensor

const SCALINGS = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
] as const
export type Scaling = (typeof SCALINGS)[number]

export type InitializerLike =
  | Scaling
  | 'zeros'
  | 'ones'
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'truncatedNormal'; readonly mean: number; readonly deviation: number }

/** Inputs and outputs of one unit: for a kernel [...window, in, out], times the size of the window. */
export function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0] as number, fanOut: shape[0] as number }
  const window = shape.slice(0, -2).reduce((product, length) => product * length, 1)
  return { fanIn: window * (shape.at(-2) as number), fanOut: window * (shape.at(-1) as number) }
}

/** Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998. */
const VARIANCES: Record<'glorot' | 'he' | 'lecun', (fanIn: number, fanOut: number) => number> = {
  glorot: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  he: (fanIn) => 2 / fanIn,
  lecun: (fanIn) => 1 / fanIn,
}

/** Standard deviation of a normal distribution cut at two deviations: what a truncated normal is widened by. */
const TRUNCATION = 0.8796256610342398

function scaled(family: keyof typeof VARIANCES, distribution: 'uniform' | 'normal'): Initializer {
  return (shape, options) => {
    const { fanIn, fanOut } = fans(shape)
    const variance = VARIANCES[family](Math.max(1, fanIn), Math.max(1, fanOut))
    if (distribution === 'normal') {
      return truncatedNormal(shape, {
        ...options,
        mean: 0,
        standardDeviation: Math.sqrt(variance) / TRUNCATION,
      })
    }
    const limit = Math.sqrt(3 * variance)
    return uniform(shape, { ...options, low: -limit, high: limit })
  }
}

const NAMED: Record<Scaling | 'zeros' | 'ones', Initializer> = {
  glorotUniform: scaled('glorot', 'uniform'),
  glorotNormal: scaled('glorot', 'normal'),
  heUniform: scaled('he', 'uniform'),
  heNormal: scaled('he', 'normal'),
  lecunUniform: scaled('lecun', 'uniform'),
  lecunNormal: scaled('lecun', 'normal'),
  zeros: (shape, options) => full(shape, 0, options),
  ones: (shape, options) => full(shape, 1, options),
}

/**
 * The function of an initializer.
 *
 * @example initializerFrom('heNormal')([784, 128])
 */
export function initializerFrom(initializer: InitializerLike): Initializer {
  if (typeof initializer === 'string') {
    const named = NAMED[initializer]
    if (named !== undefined) return named
    throw new ValueError('initializer', {
      expected: `one of ${Object.keys(NAMED).join(', ')}`,
      received: String(initializer),
      fix: "choose one of these names, or { kind: 'uniform', low, high }",
    })
  }
  switch (initializer.kind) {
    case 'constant':
      return (shape, options) => full(shape, initializer.value, options)
    case 'uniform':
      return (shape, options) => uniform(shape, { ...options, low: initializer.low, high: initializer.high })
    case 'normal':
      return (shape, options) =>
        normal(shape, { ...options, mean: initializer.mean, standardDeviation: initializer.deviation })
    case 'truncatedNormal':
      return (shape, options) =>
        truncatedNormal(shape, {
          ...options,
          mean: initializer.mean,
          standardDeviation: initializer.deviation,
        })
  }
}
