/**
 * The table of gradient rules, exhaustive by type.
 */
import type { Primitive } from '../../engine/primitives.js'
import { compositeRule } from './composite.js'
import {
  convolutionInputRule,
  convolutionKernelRule,
  convolutionRule,
  poolSelectRule,
  poolSpreadRule,
} from './convolution.js'
import {
  broadcastRule,
  concatenateRule,
  contractRule,
  embedRule,
  foldRule,
  permuteRule,
  reshapeRule,
  sliceRule,
  windowRule,
} from './linear.js'
import { mapRule, sumMappedRule } from './map.js'
import { gatherRule, scanRule, scatterRule, sortRule } from './ordering.js'
import { reduceRule } from './reduce.js'
import type { GradientRule } from './rule.js'

export const GRADIENT_RULES: { readonly [P in Primitive]: GradientRule<P> } = {
  map: mapRule,
  reduce: reduceRule,
  sumMapped: sumMappedRule,
  contract: contractRule,
  reshape: reshapeRule,
  permute: permuteRule,
  broadcast: broadcastRule,
  slice: sliceRule,
  embed: embedRule,
  concatenate: concatenateRule,
  window: windowRule,
  fold: foldRule,
  convolution: convolutionRule,
  convolutionInput: convolutionInputRule,
  convolutionKernel: convolutionKernelRule,
  poolSelect: poolSelectRule,
  poolSpread: poolSpreadRule,
  scan: scanRule,
  gather: gatherRule,
  scatter: scatterRule,
  sort: sortRule,
  composite: compositeRule,
  custom: ({ parameters, inputs, output, cotangent }) => parameters.rule(cotangent, inputs, output),
}
