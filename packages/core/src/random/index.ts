/**
 * Random numbers: the same seed gives the same bits on every backend.
 */
export {
  type NormalOptions,
  normal,
  type TruncatedNormalOptions,
  truncatedNormal,
  type UniformOptions,
  uniform,
} from './continuous.js'
export { bernoulli, type CategoricalOptions, categorical, randint } from './discrete.js'
export { dropout } from './dropout.js'
export { defaultGenerator, Generator, type GeneratorState, setSeed } from './generator.js'
export { permutation, type ShuffleOptions, shuffle } from './order.js'
export type { RandomOptions } from './sample.js'
