/** The table of kernels: which planner plans which kind of call. */
import type { DeviceFacts, KernelPlan, PlannedCall } from '../plan/plan.js'
import { planGather } from './axis/gather.js'
import { planPool } from './axis/pool.js'
import { planScan } from './axis/scan.js'
import { planScatter } from './axis/scatter.js'
import { planSort } from './axis/sort.js'
import { planContract } from './contract/contract.js'
import { planComposite } from './map/composite.js'
import { planMap } from './map/map.js'
import { planReduce } from './reduce/reduce.js'

export function planCall(call: PlannedCall, facts: DeviceFacts): KernelPlan {
  switch (call.kind) {
    case 'map':
      return planMap(call, facts)
    case 'reduce':
      return planReduce(call, facts)
    case 'contract':
      return planContract(call, facts)
    case 'pool':
      return planPool(call, facts)
    case 'scan':
      return planScan(call, facts)
    case 'gather':
      return planGather(call, facts)
    case 'scatter':
      return planScatter(call, facts)
    case 'sort':
      return planSort(call, facts)
    case 'composite':
      return planComposite(call, facts)
  }
}
