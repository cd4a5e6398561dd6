/**
 * Any kernel call on plain arrays of numbers: the meaning of the contract, in float64, before rounding into the types of
 * the outputs.
 */
import type { KernelCall } from '@nabla/backend'
import { referenceGather, referenceScan, referenceScatter, referenceSort } from './along-axis.js'
import { referenceComposite } from './composite.js'
import { referenceContract } from './contract.js'
import type { ReadView, Written } from './elements.js'
import { referenceMap } from './map.js'
import { referencePool } from './pool.js'
import { referenceReduce } from './reduce.js'

export function referenceCall(call: KernelCall, read: ReadView): Written[] {
  switch (call.kind) {
    case 'map':
      return referenceMap(call, read)
    case 'reduce':
      return referenceReduce(call, read)
    case 'contract':
      return referenceContract(call, read)
    case 'pool':
      return referencePool(call, read)
    case 'scan':
      return referenceScan(call, read)
    case 'gather':
      return referenceGather(call, read)
    case 'scatter':
      return referenceScatter(call, read)
    case 'sort':
      return referenceSort(call, read)
    case 'composite':
      return referenceComposite(call, read)
  }
}
