/**
 * How large the steps are. Rows have the same names at every size.
 */
export interface StepSizes {
  /** Batches: of the multi-layer perceptron, of the convnet, and of its inference. */
  readonly mlp: number
  readonly cnn: number
  readonly inference: number
  /** Of the transformer block: batch and sequence. */
  readonly batch: number
  readonly sequence: number
}

/** Those of the tables in docs/BENCHMARKS.md. */
export const STEP_SIZES: StepSizes = { mlp: 128, cnn: 64, inference: 256, batch: 8, sequence: 128 }
