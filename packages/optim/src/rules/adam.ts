/**
 * The Adam family: running means of the gradient and of its size, corrected for having started at zero.
 */
import { type Expr, expressions as e } from '@nabla/core'
import { at, type UpdateRule } from './rule.js'

export interface AdamSettings {
  /** How much of the running mean of g is kept. Default 0.9. */
  readonly beta1?: number
  /** How much of the running mean of g² is kept. Default 0.999. */
  readonly beta2?: number
  readonly epsilon?: number
}

/** keep · old + (1 − keep) · fresh */
function running(keep: Expr, old: Expr, fresh: Expr): Expr {
  return e.add(e.multiply(keep, old), e.multiply(e.subtract(1, keep), fresh))
}

const MOMENTS = [
  { name: 'mean', initial: 0 },
  { name: 'meanSquare', initial: 0 },
]

/** Kingma & Ba 2015, algorithm 1. */
export function adamRule(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamSettings,
  method = 'adam',
): UpdateRule {
  return {
    configuration: { method, beta1, beta2, epsilon },
    slots: MOMENTS,
    numbers: (learningRate, step) => [
      learningRate / (1 - beta1 ** step),
      beta1,
      beta2,
      epsilon,
      1 / Math.sqrt(1 - beta2 ** step),
    ],
    update({ weight, gradient, slots, numbers }) {
      const mean = running(at(numbers, 1), at(slots, 0), gradient)
      const meanSquare = running(at(numbers, 2), at(slots, 1), e.multiply(gradient, gradient))
      const size = e.add(e.multiply(e.sqrt(meanSquare), at(numbers, 4)), at(numbers, 3))
      return {
        weight: e.subtract(weight, e.divide(e.multiply(at(numbers, 0), mean), size)),
        slots: [mean, meanSquare],
      }
    },
  }
}

/** Kingma & Ba 2015, algorithm 2: the largest gradient of late instead of the mean square. */
export function adamaxRule({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamSettings): UpdateRule {
  return {
    configuration: { method: 'adamax', beta1, beta2, epsilon },
    slots: [
      { name: 'mean', initial: 0 },
      { name: 'largest', initial: 0 },
    ],
    numbers: (learningRate, step) => [learningRate / (1 - beta1 ** step), beta1, beta2, epsilon],
    update({ weight, gradient, slots, numbers }) {
      const mean = running(at(numbers, 1), at(slots, 0), gradient)
      const largest = e.maximum(e.multiply(at(numbers, 2), at(slots, 1)), e.absolute(gradient))
      const step = e.divide(e.multiply(at(numbers, 0), mean), e.add(largest, at(numbers, 3)))
      return { weight: e.subtract(weight, step), slots: [mean, largest] }
    },
  }
}

/** Dozat's schedule of the momentum at a step. */
function nadamMomentum(beta1: number, step: number): number {
  return beta1 * (1 - 0.5 * 0.96 ** (step * 0.004))
}

/** Dozat 2016: Adam with Nesterov's look-ahead and its momentum schedule. */
export function nadamRule({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamSettings): UpdateRule {
  let product = 1
  let productStep = 0
  const productUpTo = (step: number): number => {
    if (step < productStep) {
      product = 1
      productStep = 0
    }
    while (productStep < step) product *= nadamMomentum(beta1, ++productStep)
    return product
  }
  return {
    configuration: { method: 'nadam', beta1, beta2, epsilon },
    slots: MOMENTS,
    numbers(learningRate, step) {
      const now = productUpTo(step)
      const momentum = nadamMomentum(beta1, step)
      const next = nadamMomentum(beta1, step + 1)
      return [
        (learningRate * (1 - momentum)) / (1 - now),
        (learningRate * next) / (1 - now * next),
        beta1,
        beta2,
        epsilon,
        1 / Math.sqrt(1 - beta2 ** step),
      ]
    },
    update({ weight, gradient, slots, numbers }) {
      const mean = running(at(numbers, 2), at(slots, 0), gradient)
      const meanSquare = running(at(numbers, 3), at(slots, 1), e.multiply(gradient, gradient))
      const size = e.add(e.multiply(e.sqrt(meanSquare), at(numbers, 5)), at(numbers, 4))
      const move = e.add(e.multiply(at(numbers, 0), gradient), e.multiply(at(numbers, 1), mean))
      return { weight: e.subtract(weight, e.divide(move, size)), slots: [mean, meanSquare] }
    },
  }
}

export interface LionSettings {
  readonly beta1?: number
  readonly beta2?: number
}

/** Chen et al. 2023: the sign of an interpolated momentum; wants a learning rate 3 to 10 times smaller than Adam. */
export function lionRule({ beta1 = 0.9, beta2 = 0.99 }: LionSettings): UpdateRule {
  return {
    configuration: { method: 'lion', beta1, beta2 },
    slots: [{ name: 'mean', initial: 0 }],
    numbers: (learningRate) => [learningRate, beta1, beta2],
    update({ weight, gradient, slots, numbers }) {
      const direction = e.sign(running(at(numbers, 1), at(slots, 0), gradient))
      return {
        weight: e.subtract(weight, e.multiply(at(numbers, 0), direction)),
        slots: [running(at(numbers, 2), at(slots, 0), gradient)],
      }
    },
  }
}
