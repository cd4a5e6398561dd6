/**
 * @nabla/backend: the contract that every backend implements and every package above is written against.
 */
export * from './backend.js'
export { checked } from './decorators/checked.js'
export { type ChromeTraceOptions, toChromeTrace } from './decorators/chrome-trace.js'
export { decorate } from './decorators/decorate.js'
export { type ProfiledBackend, type ProfileEntry, profile } from './decorators/profile.js'
export { describeShape } from './decorators/profile-describe.js'
export {
  formatProfile,
  gigabytesPerSecondOf,
  gigaflopsOf,
  type ProfileSums,
} from './decorators/profile-format.js'
export {
  type Recording,
  readingWhileTracing,
  TraceBackend,
  type TracedCall,
  TracingError,
  trace,
  withScalars,
} from './decorators/trace.js'
export type { WorkerBackend } from './decorators/worker/client.js'
export { type WorkerBackendOptions, workerBackend } from './decorators/worker/handshake.js'
export type { FromWorker, ToWorker } from './decorators/worker/messages.js'
export type { Backlog } from './decorators/worker/outbox.js'
export { type Endpoint, type Port, portOf } from './decorators/worker/port.js'
export { type CreateBackend, serveBackend } from './decorators/worker/server.js'
export * from './dtype.js'
export * from './errors.js'
export { castNumber, roundToType } from './expr/convert.js'
export { differentiate, renumberInputs, rewriteExpr, substitute } from './expr/differentiate.js'
export { evaluateExpr, evaluateInstruction, type Position } from './expr/evaluate.js'
export { expressions } from './expr/expressions.js'
export { INSTRUCTIONS, type InstructionInfo } from './expr/instructions.js'
export {
  type ApplyExpr,
  apply,
  type ConstantExpr,
  constant,
  type Expr,
  formatExpr,
  type IndexExpr,
  type InputExpr,
  index,
  input,
  internExpr,
  type ScalarExpr,
  scalar,
  topologicalOrder,
  transformExpr,
} from './expr/node.js'
export { type Instruction, isInstruction } from './expr/operands.js'
export { erf, erfc } from './expr/special-functions.js'
export { threefry2x32 } from './expr/threefry.js'
export * from './float16.js'
export * from './kernel.js'
export {
  isWhole,
  type MemoryPlan,
  type Place,
  planMemory,
  type Tenant,
  tenantsOf,
} from './memory-plan.js'
export { createNullBackend, type NullBackend } from './null-backend.js'
export * from './program.js'
export * from './registry.js'
export { replayProgram } from './replay.js'
export * from './shape.js'
export * from './view.js'
