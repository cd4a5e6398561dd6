/** The reference backend against the kit that it is the reference of: the kit agrees with itself. */
import { describeBackend } from '../describe.js'
import { withDTypes } from '../testing/plant.js'
import { createReferenceBackend } from './backend.js'

// A few types are enough: it computes all of them in the same way.
const DTYPES = ['bool', 'int32', 'float32'] as const

describeBackend('reference', () => withDTypes(createReferenceBackend(), DTYPES), { print: 'summary' })
