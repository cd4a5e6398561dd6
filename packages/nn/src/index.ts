/**
 * @nabla/nn: layers, models, losses, metrics, training.
 */
export { type ActivationName, activationFrom } from './activations.js'
export type { Callback, TrainingControl } from './callbacks/callback.js'
export { type EarlyStoppingOptions, earlyStopping } from './callbacks/early-stopping.js'
export { type ReduceOnPlateauOptions, reduceOnPlateau } from './callbacks/reduce-on-plateau.js'
export { type CallContext, INFERENCE } from './context.js'
export {
  type Initializer,
  type InitializerLike,
  initializerFrom,
  type Scaling,
} from './initializers/index.js'
export {
  Layer,
  type LayerConfiguration,
  type LayerOptions,
  type WeightDType,
  type WeightOptions,
} from './layer.js'
export { LayerError } from './layer-error.js'
export * from './layers/index.js'
export * as layers from './layers/index.js'
export * from './losses/index.js'
export * as metrics from './metrics/index.js'
export * from './metrics/index.js'
export { type LayerFromOptions, type LayerMaker, layerFrom, modelFrom } from './models/configuration.js'
export {
  Sequential,
  type SequentialConfiguration,
  type SequentialOptions,
  sequential,
} from './models/sequential.js'
export { type Member, Module, type NamedVariable } from './module.js'
export { randomStateOf, restoreRandomState } from './random-state.js'
export { l1, l2, type Regularizer, type RegularizerLike } from './regularizers.js'
export {
  describeModule,
  type LayerSummary,
  type ModuleSummary,
  type SummaryOptions,
  summarize,
} from './summary.js'
export type { FitData } from './training/data.js'
export { type EpochLog, History, type StopReason } from './training/history.js'
export type {
  CompileOptions,
  EvaluateOptions,
  FitOptions,
  PredictOptions,
  Verbosity,
} from './training/options.js'
export { Trainer } from './training/trainer.js'
export { type LoadWeightsOptions, loadWeights, weightsOf } from './weights.js'
