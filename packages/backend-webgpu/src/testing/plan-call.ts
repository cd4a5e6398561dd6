/** Planning with all kernels at hand. */
import { planAlongAxis } from '../kernels/axis/plan-axis.js'
import { plannerOf } from '../kernels/planner.js'

export const planCall = plannerOf(planAlongAxis)
