/** The part of the table of kernels that works along an axis; a module to be loaded apart. */
import type { Planner } from '../../plan/plan.js'
import type { AxisCall } from '../planner.js'
import { planGather } from './gather.js'
import { planPool } from './pool.js'
import { planScan } from './scan.js'
import { planScatter } from './scatter.js'
import { planSort } from './sort.js'

export const planAlongAxis: Planner<AxisCall> = (call, facts) => {
  switch (call.kind) {
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
  }
}
