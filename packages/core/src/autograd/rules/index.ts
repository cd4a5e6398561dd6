/**
 * The table of gradient rules, exhaustive by type together with those that come with their primitives (SelfRuled).
 */
import type { GradientRule } from '../../engine/gradient-rule.js'
import type { Primitive, SelfRuled } from '../../engine/primitives.js'
import {
  broadcastRule,
  concatenateRule,
  contractRule,
  embedRule,
  permuteRule,
  reshapeRule,
  sliceRule,
} from './linear.js'
import { mapRule, sumMappedRule } from './map.js'
import { reduceRule } from './reduce.js'

export const GRADIENT_RULES: { readonly [P in Exclude<Primitive, SelfRuled>]: GradientRule<P> } = {
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
  custom: ({ parameters, inputs, output, cotangent }) => parameters.rule(cotangent, inputs, output),
}
