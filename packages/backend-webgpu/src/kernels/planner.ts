/**
 * The table of kernels: which planner plans which kind of call. Those that work along an axis are many and large, and a
 * program may do without them; so they are given.
 */
import type { PlannedCall, Planner } from '../plan/plan.js'
import { planContract } from './contract/contract.js'
import { planComposite } from './map/composite.js'
import { planMap } from './map/map.js'
import { planReduce } from './reduce/reduce.js'

export type AxisCall = Extract<
  PlannedCall,
  { readonly kind: 'pool' | 'scan' | 'gather' | 'scatter' | 'sort' }
>

export const plannerOf =
  (planAlongAxis: Planner<AxisCall>): Planner<PlannedCall> =>
  (call, facts) => {
    switch (call.kind) {
      case 'map':
        return planMap(call, facts)
      case 'reduce':
        return planReduce(call, facts)
      case 'contract':
        return planContract(call, facts)
      case 'composite':
        return planComposite(call, facts)
      default:
        return planAlongAxis(call, facts)
    }
  }
