/**
 * The optimizers by name, and as plain data.
 */
import { ValueError } from '@nabla/core'
import { Optimizer, type OptimizerOptions } from './optimizer.js'
import {
  type AdamSettings,
  adamaxRule,
  adamRule,
  type LionSettings,
  lionRule,
  nadamRule,
} from './rules/adam.js'
import {
  type AdadeltaSettings,
  type AdagradSettings,
  adadeltaRule,
  adagradRule,
  type RmspropSettings,
  rmspropRule,
} from './rules/adaptive.js'
import { type SgdSettings, sgdRule } from './rules/momentum.js'

/** Gradient descent: plain, with `momentum`, or with `nesterov`. Default learning rate 0.01. */
export function sgd(options: OptimizerOptions & SgdSettings = {}): Optimizer {
  return new Optimizer(sgdRule(options), options, 0.01)
}

/** RMSProp. Default learning rate 0.001. */
export function rmsprop(options: OptimizerOptions & RmspropSettings = {}): Optimizer {
  return new Optimizer(rmspropRule(options), options, 0.001)
}

/** Adagrad. Default learning rate 0.001. */
export function adagrad(options: OptimizerOptions & AdagradSettings = {}): Optimizer {
  return new Optimizer(adagradRule(options), options, 0.001)
}

/** Adadelta. Default learning rate 0.001, as in Keras; the paper's form has 1. */
export function adadelta(options: OptimizerOptions & AdadeltaSettings = {}): Optimizer {
  return new Optimizer(adadeltaRule(options), options, 0.001)
}

/** Adam. Default learning rate 0.001. */
export function adam(options: OptimizerOptions & AdamSettings = {}): Optimizer {
  return new Optimizer(adamRule(options), options, 0.001)
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019). Default learning rate 0.001, weight decay 0.004. */
export function adamw(options: OptimizerOptions & AdamSettings = {}): Optimizer {
  return new Optimizer(adamRule(options, 'adamw'), { weightDecay: 0.004, ...options }, 0.001)
}

/** Adamax. Default learning rate 0.001. */
export function adamax(options: OptimizerOptions & AdamSettings = {}): Optimizer {
  return new Optimizer(adamaxRule(options), options, 0.001)
}

/** Adam with Nesterov's look-ahead. Default learning rate 0.001. */
export function nadam(options: OptimizerOptions & AdamSettings = {}): Optimizer {
  return new Optimizer(nadamRule(options), options, 0.001)
}

/** Lion. Default learning rate 0.0001. */
export function lion(options: OptimizerOptions & LionSettings = {}): Optimizer {
  return new Optimizer(lionRule(options), options, 0.0001)
}

type Make = (options: OptimizerOptions) => Optimizer

/** The methods by name. */
export const OPTIMIZERS = {
  sgd,
  rmsprop,
  adagrad,
  adadelta,
  adam,
  adamw,
  adamax,
  nadam,
  lion,
} as const satisfies Record<string, Make>

export type OptimizerName = keyof typeof OPTIMIZERS

function isOptimizerName(name: string): name is OptimizerName {
  return Object.hasOwn(OPTIMIZERS, name)
}

/**
 * An optimizer from its name, or from the `configuration` of one.
 *
 * @example optimizerFrom('adam'); optimizerFrom({ method: 'sgd', momentum: 0.9, learningRate: 0.1 })
 */
export function optimizerFrom(configuration: string | Readonly<Record<string, unknown>>): Optimizer {
  const { method, ...options } = typeof configuration === 'string' ? { method: configuration } : configuration
  if (typeof method !== 'string' || !isOptimizerName(method)) {
    throw new ValueError('optimizer', {
      expected: `one of ${Object.keys(OPTIMIZERS).join(', ')}`,
      received: String(method),
      fix: 'choose one of these names, or pass an optimizer such as adam({ learningRate: 0.001 })',
    })
  }
  return OPTIMIZERS[method](options)
}
