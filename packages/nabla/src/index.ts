/**
 * nabla: everything in one package, with a backend ready to use.
 *
 * Importing it makes the cpu backend the default until `configure()` chooses another: the one side effect, declared in
 * package.json.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackendFactory } from '@nabla/core'

setDefaultBackendFactory(() => createCpuBackend())

export {
  type BackendFactory,
  type BackendPreference,
  type ChromeTraceOptions,
  checked,
  createBackend,
  createNullBackend,
  formatProfile,
  gigabytesPerSecondOf,
  gigaflopsOf,
  type ProfiledBackend,
  type ProfileEntry,
  type ProfileSums,
  profile,
  registerBackend,
  registeredBackends,
  toChromeTrace,
  type WorkerBackend,
} from '@nabla/backend'
export { createCpuBackend } from '@nabla/backend-cpu'
export { createWasmBackend, type WasmBackendOptions } from '@nabla/backend-wasm'
export { createWebgpuBackend, type WebgpuBackendOptions } from '@nabla/backend-webgpu'
export * from '@nabla/core'
export * from '@nabla/data'
export * from '@nabla/io'
// Layers and metrics are in namespaces, as in Keras: `layers.conv2d(32, 3)` makes a layer, `conv2d(x, kernel)` computes.
export {
  type ActivationName,
  activationFrom,
  binaryCrossEntropy,
  type Callback,
  type CallContext,
  type CompileOptions,
  categoricalCrossEntropy,
  categoricalHinge,
  describeModule,
  type EarlyStoppingOptions,
  type EpochLog,
  type EvaluateOptions,
  earlyStopping,
  type FitData,
  type FitOptions,
  History,
  hinge,
  huber,
  INFERENCE,
  type Initializer,
  type InitializerLike,
  initializerFrom,
  klDivergence,
  Layer,
  type LayerConfiguration,
  LayerError,
  type LayerOptions,
  type LossFunction,
  type LossLike,
  l1,
  l2,
  layerFrom,
  layers,
  loadWeights,
  lossFrom,
  type Metric,
  type MetricLike,
  Module,
  type ModuleSummary,
  meanAbsoluteError,
  meanSquaredError,
  metrics,
  modelFrom,
  type NamedVariable,
  type PredictOptions,
  type ReduceOnPlateauOptions,
  type RegularizerLike,
  randomStateOf,
  reduceOnPlateau,
  restoreRandomState,
  type Scaling,
  Sequential,
  type SequentialConfiguration,
  type SequentialOptions,
  type StopReason,
  type SummaryOptions,
  sequential,
  sparseCategoricalCrossEntropy,
  Trainer,
  type TrainingControl,
  type Verbosity,
  weightsOf,
} from '@nabla/nn'
export * from '@nabla/optim'
export type { Configuration } from './configuration.js'
export {
  type BackendDescription,
  backendNames,
  type Configured,
  type ConfigureOptions,
  configure,
  describeBackends,
} from './configure.js'
export { type Verification, type VerifyOptions, verifyBackend } from './verify-backend.js'
export { type CreateWorkerOptions, createWorkerBackend } from './worker-backend.js'
