/**
 * Contractions: matrix products, batched or not, and convolutions, over views of any layout.
 */
export { type ContractContext, Contractions, type OutputPart } from './run.js'
