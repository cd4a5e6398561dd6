/**
 * @nabla/optim: optimizers, learning-rate schedules, clipping and averaging of weights.
 */
export { ExponentialMovingAverage } from './average.js'
export { type ClippingOptions, globalNorm } from './clipping.js'
export { Optimizer, type OptimizerOptions, type OptimizerState } from './optimizer.js'
export * from './optimizers.js'
export type { AdamSettings, LionSettings } from './rules/adam.js'
export type { AdadeltaSettings, AdagradSettings, RmspropSettings } from './rules/adaptive.js'
export type { SgdSettings } from './rules/momentum.js'
export type { SlotSpecification, UpdateOperands, UpdateRule } from './rules/rule.js'
export * from './schedules/schedule.js'
