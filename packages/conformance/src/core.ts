/**
 * @nabla/conformance/core: the kit without a test runner, for browsers, workers and scripts.
 */
export { type ConformanceCase, type Level, nameOf } from './case.js'
export { createReferenceBackend } from './reference/backend.js'
export { formatCompact, formatMarkdown, formatSummary } from './report/format.js'
export { type Cell, type ConformanceTable, type TableRow, tableOf } from './report/table.js'
export {
  type ConformanceOptions,
  type ConformanceResult,
  conformanceCases,
  failuresOf,
  runCase,
  runConformance,
} from './run.js'
