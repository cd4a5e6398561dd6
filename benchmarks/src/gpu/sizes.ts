/**
 * How large the rows of `pnpm bench:gpu` are.
 */
import { STEP_SIZES, type StepSizes } from '../rows/step-sizes.js'

export interface GpuSizes {
  /** Sides of the squares that are multiplied. */
  readonly squares: readonly number[]
  /** Of the array that kernels bound by memory work on. */
  readonly rows: number
  readonly columns: number
  readonly steps: StepSizes
}

/** Powers of two, and sizes that no tile divides. */
export const GPU_SIZES: GpuSizes = {
  squares: [256, 512, 625, 1000, 1021, 1024, 2048, 4096, 8192],
  rows: 16_384,
  columns: 4096,
  steps: STEP_SIZES,
}

/** So small that software runs all rows in a minute: to see that they run. The figures mean nothing. */
export const QUICK_SIZES: GpuSizes = {
  squares: [64, 100],
  rows: 256,
  columns: 128,
  steps: { mlp: 8, cnn: 4, inference: 16, batch: 1, sequence: 16 },
}
