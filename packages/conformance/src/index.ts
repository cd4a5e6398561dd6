/**
 * @nabla/conformance: the test kit that any backend runs against itself, as a Vitest suite.
 */
export * from './core.js'
export { type DescribeOptions, describeBackend } from './describe.js'
