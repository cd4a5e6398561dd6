/** The reference backend against the kit that it is the reference of: the kit agrees with itself. */
import { describeBackend } from '../describe.js'
import { createReferenceBackend } from './backend.js'

describeBackend('reference', () => createReferenceBackend(), { print: 'summary' })
