/**
 * Elementwise operations.
 */
export * from './activations.js'
export * from './arithmetic.js'
export * from './bits.js'
export * from './cast.js'
export * from './comparison.js'
export * from './exponential.js'
export * from './logic.js'
export * from './rounding.js'
export * from './select.js'
export * from './trigonometric.js'
