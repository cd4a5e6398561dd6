/** The CPU backend against the whole conformance kit. */
import { describeBackend } from '@nabla/conformance'
import { createCpuBackend } from './index.js'

describeBackend('cpu', () => createCpuBackend())
