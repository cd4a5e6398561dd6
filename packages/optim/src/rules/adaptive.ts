/**
 * Methods that divide by a running size of the gradient: adagrad, rmsprop, adadelta.
 */
import { expressions as e } from '@nabla/core'
import { at, type UpdateRule } from './rule.js'

export interface AdagradSettings {
  /** What the accumulator starts at. Default 0.1. */
  readonly initialAccumulator?: number
  readonly epsilon?: number
}

/** Duchi, Hazan, Singer 2011: accumulator += g²; w −= learningRate · g / √(accumulator + ε). */
export function adagradRule({ initialAccumulator = 0.1, epsilon = 1e-7 }: AdagradSettings): UpdateRule {
  return {
    configuration: { method: 'adagrad', initialAccumulator, epsilon },
    slots: [{ name: 'accumulator', initial: initialAccumulator }],
    numbers: (learningRate) => [learningRate, epsilon],
    update({ weight, gradient, slots, numbers }) {
      const accumulator = e.add(at(slots, 0), e.multiply(gradient, gradient))
      const size = e.sqrt(e.add(accumulator, at(numbers, 1)))
      return {
        weight: e.subtract(weight, e.divide(e.multiply(at(numbers, 0), gradient), size)),
        slots: [accumulator],
      }
    },
  }
}

export interface RmspropSettings {
  /** How much of the running mean of g² is kept. Default 0.9. */
  readonly rho?: number
  readonly momentum?: number
  readonly epsilon?: number
  /** Divides by the standard deviation instead: subtracts the squared running mean of g. */
  readonly centered?: boolean
}

/** Tieleman & Hinton 2012: mean = ρ · mean + (1 − ρ) · g²; step = learningRate · g / √(mean + ε). */
export function rmspropRule(settings: RmspropSettings): UpdateRule {
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = settings
  const slots = [{ name: 'meanSquare', initial: 0 }]
  if (centered) slots.push({ name: 'mean', initial: 0 })
  if (momentum !== 0) slots.push({ name: 'momentum', initial: 0 })
  return {
    configuration: { method: 'rmsprop', rho, momentum, epsilon, centered },
    slots,
    numbers: (learningRate) => [learningRate, rho, epsilon, momentum],
    update({ weight, gradient, slots: old, numbers }) {
      const keep = at(numbers, 1)
      const rest = e.subtract(1, keep)
      const meanSquare = e.add(e.multiply(keep, at(old, 0)), e.multiply(rest, e.multiply(gradient, gradient)))
      const next = [meanSquare]
      let spread = meanSquare
      if (centered) {
        const mean = e.add(e.multiply(keep, at(old, 1)), e.multiply(rest, gradient))
        next.push(mean)
        spread = e.subtract(meanSquare, e.multiply(mean, mean))
      }
      let step = e.divide(e.multiply(at(numbers, 0), gradient), e.sqrt(e.add(spread, at(numbers, 2))))
      if (momentum !== 0) {
        step = e.add(e.multiply(at(numbers, 3), at(old, next.length)), step)
        next.push(step)
      }
      return { weight: e.subtract(weight, step), slots: next }
    },
  }
}

export interface AdadeltaSettings {
  readonly rho?: number
  readonly epsilon?: number
}

/** Zeiler 2012: steps in units of the running size of earlier steps. */
export function adadeltaRule({ rho = 0.95, epsilon = 1e-7 }: AdadeltaSettings): UpdateRule {
  return {
    configuration: { method: 'adadelta', rho, epsilon },
    slots: [
      { name: 'meanSquare', initial: 0 },
      { name: 'meanSquareStep', initial: 0 },
    ],
    numbers: (learningRate) => [learningRate, rho, epsilon],
    update({ weight, gradient, slots, numbers }) {
      const [rate, keep, tiny] = [at(numbers, 0), at(numbers, 1), at(numbers, 2)]
      const rest = e.subtract(1, keep)
      const meanSquare = e.add(
        e.multiply(keep, at(slots, 0)),
        e.multiply(rest, e.multiply(gradient, gradient)),
      )
      const ratio = e.divide(e.sqrt(e.add(at(slots, 1), tiny)), e.sqrt(e.add(meanSquare, tiny)))
      const step = e.multiply(ratio, gradient)
      const meanStep = e.add(e.multiply(keep, at(slots, 1)), e.multiply(rest, e.multiply(step, step)))
      return { weight: e.subtract(weight, e.multiply(rate, step)), slots: [meanSquare, meanStep] }
    },
  }
}
