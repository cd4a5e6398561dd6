/**
 * Reductions and running reductions.
 */
export { type CumulativeOptions, cummax, cummin, cumprod, cumsum } from './cumulative.js'
export { argmax, argmin, max, min } from './extremes.js'
export { type MomentOptions, type Moments, standardDeviation, variance } from './moments.js'
export { type NormOptions, norm } from './norm.js'
export { type Normalized, normalizeBy, normalizeOver } from './normalization.js'
export type { NormalizationOptions } from './normalization-gradient.js'
export type { ReductionOptions } from './options.js'
export { median, quantile } from './quantile.js'
export { logSoftmax, logSumExp, softmax } from './softmax.js'
export { mean, prod, sum } from './sum.js'
export { all, any, countNonzero } from './truth.js'
