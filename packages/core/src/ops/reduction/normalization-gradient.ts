/**
 * The gradient of a normalization by its own moments, written by hand: derived from the steps it would take about three
 * times as many passes. With x̂ = (x − mean) · r, r = 1 / √(variance + ε), n elements per mean and the cotangent g of x̂:
 * dx = r · (g − Σg / n − x̂ · Σ(g · x̂) / n)   (Ioffe & Szegedy 2015, section 3).
 */
import { type DType, type Expr, expressions as e, input, type Shape, scalar } from '@nabla/backend'
import { batching } from '../../engine/batching.js'
import { isRecording, isTracked } from '../../engine/recording.js'
import { castTo } from '../../primitives/cast.js'
import { custom } from '../../primitives/custom.js'
import { map } from '../../primitives/map.js'
import { reduceMapped } from '../../primitives/reduce.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { type Moments, momentsOf, momentType } from './moments.js'
import { reducedCount } from './options.js'

export interface NormalizationOptions {
  /** Multiplies the normalized values; broadcasts to them. Default none. */
  readonly scale?: Tensor | undefined
  /** Is added last; broadcasts likewise. Default none. */
  readonly shift?: Tensor | undefined
  /** Added to the variance, against division by zero; default 0.001. */
  readonly epsilon?: number
}

/** A normalization that was computed. */
export interface Computed extends NormalizationOptions {
  readonly x: Tensor
  /** What the moments were taken over. */
  readonly axes: readonly number[]
  readonly moments: Moments
  readonly epsilon: number
}

/** The output with its gradient. */
export function trackNormalization(operation: string, output: Tensor, computed: Computed): Tensor {
  const { x, scale, shift } = computed
  const all = [x, scale, shift] as const
  const inputs = all.filter((each) => each !== undefined)
  return custom(operation, output, inputs, (cotangent, given) => {
    const [own = x, ...others] = given
    const seen = {
      ...computed,
      x: own,
      scale: scale && others.shift(),
      shift: shift && others.shift(),
    }
    const parts = new Pullback(`${operation} gradient`, cotangent, seen).cotangents()
    return parts.filter((_, position) => all[position] !== undefined)
  })
}

/** Whether the cotangent of an input is wanted; under a batch that shows only beneath. */
const isWanted = (x: Tensor): boolean => batching.current !== undefined || isTracked(x)

/** The axes along which a scale or shift was repeated to the input's shape. */
function repeatedAxes(shape: Shape, parameter: Tensor): number[] {
  const added = shape.length - parameter.ndim
  return shape.map((_, axis) => axis).filter((axis) => axis < added || parameter.shape[axis - added] === 1)
}

/** One pass backward. */
class Pullback {
  readonly #dtype: DType
  readonly #moments: Moments
  /** x̂, of the inputs cotangent, x, mean and variance and the scalar ε. */
  readonly #standard: Expr
  readonly #root: Expr
  /** Sums over the same axes are formed once. */
  readonly #sums = new Map<string, Tensor>()

  constructor(
    private readonly label: string,
    private readonly cotangent: Tensor,
    private readonly computed: Computed,
  ) {
    const { x, axes, moments } = computed
    const dtype = momentType(x.dtype)
    this.#dtype = dtype
    // For second order the moments must depend on the input.
    this.#moments = isRecording() ? momentsOf(label, x, axes) : moments
    this.#root = e.rsqrt(e.add(input(3, dtype), scalar(0, dtype)))
    this.#standard = e.multiply(e.subtract(this.#leaf(1, x), input(2, dtype)), this.#root)
  }

  /** Of the input, the scale and the shift, as far as they are needed. */
  cotangents(): (Tensor | undefined)[] {
    const { x, scale, shift } = this.computed
    return [
      isWanted(x) ? this.#ofInput() : undefined,
      scale !== undefined && isWanted(scale) ? this.#ofParameter(scale, true) : undefined,
      shift !== undefined && isWanted(shift) ? this.#ofParameter(shift, false) : undefined,
    ]
  }

  #leaf(slot: number, { dtype }: Tensor): Expr {
    return e.cast(input(slot, dtype), this.#dtype)
  }

  #sources(): [Tensor, ...Tensor[]] {
    const { mean, variance } = this.#moments
    return [this.cotangent, this.computed.x, mean, variance]
  }

  /** Σ cotangent · weight, times x̂ if `standard`; the axes are kept. */
  #sum(axes: readonly number[], standard: boolean, weight?: Tensor): Tensor {
    const key = `${axes.join()} ${standard} ${weight !== undefined}`
    const known = this.#sums.get(key)
    if (known !== undefined) return known
    const inputs: [Tensor, ...Tensor[]] = standard ? this.#sources() : [this.cotangent]
    let term = this.#leaf(0, this.cotangent)
    if (weight !== undefined) term = e.multiply(term, this.#leaf(inputs.push(weight) - 1, weight))
    if (standard) term = e.multiply(term, this.#standard)
    const scalars = standard ? [this.computed.epsilon] : []
    const sum = reduceMapped(this.label, 'sum', term, inputs, { axes, keepdims: true, scalars })
    this.#sums.set(key, sum)
    return sum
  }

  #ofParameter(parameter: Tensor, standard: boolean): Tensor {
    const sum = this.#sum(repeatedAxes(this.computed.x.shape, parameter), standard)
    return castTo(this.label, reshape(this.label, sum, parameter.shape), parameter.dtype)
  }

  #ofInput(): Tensor {
    const { x, axes, scale, epsilon } = this.computed
    // A scale that is one number per mean stands before both sums, which then are those of scale and shift.
    const repeated = scale === undefined ? axes : repeatedAxes(x.shape, scale)
    const isOutside = axes.every((axis) => repeated.includes(axis))
    const weight = isOutside ? undefined : scale
    const inputs = this.#sources()
    inputs.push(this.#sum(axes, false, weight), this.#sum(axes, true, weight))
    const factor = scale === undefined ? undefined : this.#leaf(inputs.push(scale) - 1, scale)
    const scaled = (term: Expr): Expr => (factor === undefined ? term : e.multiply(term, factor))
    const cotangent = this.#leaf(0, this.cotangent)
    const sums = e.add(input(4, this.#dtype), e.multiply(this.#standard, input(5, this.#dtype)))
    const common = e.divide(sums, scalar(1, this.#dtype))
    const whole = isOutside
      ? scaled(e.multiply(this.#root, e.subtract(cotangent, common)))
      : e.multiply(this.#root, e.subtract(scaled(cotangent), common))
    return map(this.label, e.cast(whole, x.dtype), inputs, [epsilon, reducedCount(x.shape, axes)])
  }
}
