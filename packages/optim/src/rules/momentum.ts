/**
 * Stochastic gradient descent: plain, with momentum (Polyak 1964), and with Nesterov's momentum (Nesterov 1983, in the
 * form of Sutskever et al. 2013).
 */
import { expressions as e } from '@nabla/core'
import { at, type UpdateRule } from './rule.js'

export interface SgdSettings {
  /** How much of the previous step is kept, 0 to 1. Default 0: plain gradient descent. */
  readonly momentum?: number
  /** Looks ahead along the momentum: `w += momentum · velocity − learningRate · g` with the new velocity. */
  readonly nesterov?: boolean
}

/** velocity = momentum · velocity − learningRate · g; w += velocity (or the Nesterov step). */
export function sgdRule({ momentum = 0, nesterov = false }: SgdSettings): UpdateRule {
  return {
    configuration: { method: 'sgd', momentum, nesterov },
    slots: momentum === 0 ? [] : [{ name: 'velocity', initial: 0 }],
    numbers: (learningRate) => [learningRate, momentum],
    update({ weight, gradient, slots, numbers }) {
      const step = e.multiply(at(numbers, 0), gradient)
      if (momentum === 0) return { weight: e.subtract(weight, step), slots: [] }
      const velocity = e.subtract(e.multiply(at(numbers, 1), at(slots, 0)), step)
      const move = nesterov ? e.subtract(e.multiply(at(numbers, 1), velocity), step) : velocity
      return { weight: e.add(weight, move), slots: [velocity] }
    },
  }
}
