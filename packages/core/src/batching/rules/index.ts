/**
 * The table of batching rules, exhaustive by type: a primitive without a rule does not compile.
 */
import type { Primitive } from '../../engine/primitives.js'
import {
  convolutionBatch,
  convolutionInputBatch,
  convolutionKernelBatch,
  poolSelectBatch,
  poolSpreadBatch,
} from './convolution.js'
import { customBatch } from './custom.js'
import { contractBatch, mapBatch, reduceBatch, sumMappedBatch } from './elementwise.js'
import {
  broadcastBatch,
  concatenateBatch,
  embedBatch,
  foldBatch,
  permuteBatch,
  reshapeBatch,
  sliceBatch,
  windowBatch,
} from './moving.js'
import { compositeBatch, gatherBatch, scanBatch, scatterBatch, sortBatch } from './ordering.js'
import type { BatchingRule } from './rule.js'

export const BATCHING_RULES: { readonly [P in Primitive]: BatchingRule<P> } = {
  map: mapBatch,
  reduce: reduceBatch,
  sumMapped: sumMappedBatch,
  contract: contractBatch,
  reshape: reshapeBatch,
  permute: permuteBatch,
  broadcast: broadcastBatch,
  slice: sliceBatch,
  embed: embedBatch,
  concatenate: concatenateBatch,
  window: windowBatch,
  fold: foldBatch,
  convolution: convolutionBatch,
  convolutionInput: convolutionInputBatch,
  convolutionKernel: convolutionKernelBatch,
  poolSelect: poolSelectBatch,
  poolSpread: poolSpreadBatch,
  scan: scanBatch,
  gather: gatherBatch,
  scatter: scatterBatch,
  sort: sortBatch,
  composite: compositeBatch,
  custom: customBatch,
}
