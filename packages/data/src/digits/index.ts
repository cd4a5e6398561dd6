/**
 * The built-in digits: a data set that needs neither network nor file, and MNIST's normalisation for pictures of
 * one's own.
 */
export { type GenerateDigitsOptions, type GeneratedDigits, generateDigits } from './generate.js'
export { centerDigit } from './normalize.js'
